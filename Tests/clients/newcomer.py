"""A reader of the pages, who pastes their commands into a shell beside a server of their own."""

import re
import subprocess
import time

import requests

from server import BINARY, ROOT, START_SECONDS_MAX, environment, free_port

MARK = "=== the next block ==="


class Newcomer:
    """A shell beside a server that `up` started, in a copy of the repository that has what the commands name."""

    def __init__(self, home):
        self.home = home
        (home / ".build").mkdir()
        (home / ".build/release").symlink_to(BINARY.parent)
        (home / "Tools").symlink_to(ROOT / "Tools")
        with (home / "printed").open("wb") as printed, (home / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--dev", "--listen", f"127.0.0.1:{free_port()}"], cwd=home, stdout=printed,
                stderr=log, env=environment())
        end = time.monotonic() + START_SECONDS_MAX
        while "listening on" not in (home / "server.log").read_text():
            assert time.monotonic() < end and self.process.poll() is None, (home / "server.log").read_text()
            time.sleep(0.01)
        self.exports = (home / "printed").read_text()

    def types(self, *commands: str) -> list[str]:
        """What each block prints, all of them in one session; the first that fails ends it."""
        script = "\n".join(["set -euo pipefail", self.exports, *(f"{block}\necho '{MARK}'" for block in commands)])
        done = subprocess.run(
            ["bash"], input=script, capture_output=True, text=True, cwd=self.home, env=environment(), timeout=120)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout.split(MARK + "\n")[:-1]

    def call(self, token: str) -> int:
        url = re.search(r"MUNIMENT_BASE_URL=(\S+)", self.exports)[1]
        return requests.get(
            f"{url}/api/v1/admin/tenants", headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code
