"""What the operator's pages say that the command says: met where that is cheap, and else found in the code.

In a quotation `…` stands for what changes.
"""

import base64
import os
import re
import shlex
import shutil
import time

import pytest

from pages import CONFIGURATION, OPERATIONS
from server import BINARY, ROOT, Server, command, environment, free_port, one_line
from spoken import confide

PAGES = {"operations": OPERATIONS, "configuration": CONFIGURATION}


def quotations(page) -> list[tuple[str, int]]:
    """What tables quote, and the exit status that each row or the section tells."""
    found = []
    for first, *_ in page.cells():
        if first.startswith("`") and not first.startswith("`--") and " " in first:
            status = re.search(r"\(exit (\d)\)", first)
            found.append((first[1:].split("`")[0], int(status[1]) if status else 3))
    return found


def is_quoted(said: str, status: int) -> bool:
    """Whether a refusal stands on a page, to the letter and with its exit status."""
    for name, page in PAGES.items():
        for quoted, told in quotations(page):
            pattern = ".+".join(map(re.escape, quoted.split("…")))
            if re.fullmatch(pattern, said) and (told == status or name == "configuration" and status in (1, 2)):
                return True
    return False


class Operator:
    def __init__(self, home, monkeypatch):
        self.home = home
        monkeypatch.chdir(home)
        self.server = Server(home)
        self.data = self.server.data

    def meets(self, status: int, *words: object, **more: str) -> str:
        done = command(*words, check=None, **more)
        one_line(done, status)
        said = done.stderr.strip().removesuffix(" (see: muniment help)")
        assert is_quoted(said, status), f"no page tells of: {said} (exit {status})"
        return said

    def serve(self, *words: object, data=None, status: int = 3) -> str:
        return self.meets(status, "serve", "--data", data or self.data, "--listen", f"127.0.0.1:{free_port()}", *words)


@pytest.fixture
def operator(tmp_path, monkeypatch):
    operator = Operator(tmp_path, monkeypatch)
    yield operator
    operator.server.kill()


def test_wrong_settings_are_told_as_the_page_says(operator):
    operator.meets(2, "verify")
    for words in [
        ["--base-url", "https://id.example.com/login"], ["--trusted-proxy", "the proxy"], ["--tls-key", "key.pem"],
        ["--tls-key", "key.pem", "--tls-certificate", "certificate.pem"], ["--log-level", "loud"],
        ["--backup-age-hours-max", "0"], ["--listen", "8080"],
    ]:
        operator.serve(*words, status=2)
    operator.meets(2, "token", "--base-url", operator.server.url, "--client-id", "app_x")
    operator.server.start()
    other = operator.home / "other"
    confide_founding(command("init", "--data", other, "--format", "json").stdout)
    operator.meets(1, "serve", "--data", other, "--listen", f"127.0.0.1:{operator.server.port}")


def confide_founding(text: str) -> None:
    for secret in re.findall(r'"(?:password|client_secret)":"([^"]+)"', text):
        confide("what init prints", secret)


def test_refused_starts_say_what_the_page_says(operator):
    data, server = operator.data, operator.server
    operator.serve(data=operator.home / "nothing")
    (operator.home / "empty").mkdir(mode=0o700)
    operator.serve(data=operator.home / "empty")
    operator.meets(3, "init", "--data", data)
    server.start()
    operator.serve()
    server.stop()
    for path, wrong, right in [(data, 0o755, 0o700), (data / "keys/kek", 0o644, 0o600)]:
        path.chmod(wrong)
        assert f"chmod {right:o}" in operator.serve()
        path.chmod(right)
    away = operator.home / "kek"
    (data / "keys/kek").rename(away)
    operator.serve()
    other = operator.home / "other"
    other.write_text("too short")
    other.chmod(0o600)
    operator.serve("--key-file", other)
    other.write_text(base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))
    operator.serve("--key-file", other)
    other.chmod(0o644)
    operator.serve("--key-file", other)
    away.rename(data / "keys/kek")
    (data / "keys").rename(operator.home / "keys")
    operator.serve("--key-file", operator.home / "keys/kek")
    (operator.home / "keys").rename(data / "keys")
    server.start()


def told_after_the_colon(said: str) -> bool:
    """Whether the page has what a ledger behind its anchor says, of which it quotes the middle."""
    behind = "muniment: the ledger is behind what was acknowledged: "
    section = OPERATIONS.section("When the ledger is behind its anchor")
    quoted = re.findall(r"^\| `(.+?)` \|", section, re.MULTILINE)
    return said.startswith(behind) and any(
        re.match(".+".join(map(re.escape, text.split("…"))), said.removeprefix(behind)) for text in quoted)


def test_a_ledger_behind_its_anchor_and_a_copy_say_what_the_page_says(operator):
    data, server = operator.data, operator.server

    def behind(*words: object) -> None:
        said = command("serve", "--data", data, *words, check=3).stderr.strip()
        assert told_after_the_colon(said), said

    older = operator.home / "older"
    shutil.copytree(data / "ledger", older)
    server.start()
    server.api.partner()
    time.sleep(1.5)
    server.stop()
    newer = operator.home / "newer"
    (data / "ledger").rename(newer)
    behind()
    older.rename(data / "ledger")
    behind()
    shutil.rmtree(data / "ledger")
    newer.rename(data / "ledger")
    (data / "anchor").rename(operator.home / "anchor")
    behind()
    (operator.home / "elsewhere").mkdir()
    behind("--anchor", operator.home / "elsewhere")
    (operator.home / "anchor").rename(data / "anchor")
    operator.meets(1, "moved", "--data", data)
    operator.meets(1, "fork", "--data", data, "--acknowledge", "1:" + base64.b64encode(bytes(32)).decode())
    shutil.copytree(data, operator.home / "copy")
    operator.serve(data=operator.home / "copy")
    server.start()


def test_backups_are_refused_as_the_page_says(operator):
    data, server = operator.data, operator.server
    server.start()
    sizes = []
    for name in "whole", "first", "second":
        server.api.partner()
        time.sleep(1.5)
        since = ["--since", sizes[-1]] if sizes else []
        sizes.append(int(command("backup", "--data", data, "--to", f"{name}.backup", *since).stdout))
    server.stop()
    operator.meets(2, "backup", "--data", data, "--to", "whole.backup")
    operator.meets(1, "backup", "--data", data, "--to", "no/such/folder")
    operator.meets(1, "backup", "--data", data, "--to", "later.backup", "--since", 10_000)
    whole = (operator.home / "whole.backup").read_bytes()
    (operator.home / "cut.backup").write_bytes(whole[:-1])
    (operator.home / "changed.backup").write_bytes(whole[:len(whole) // 2] + b"\0" + whole[len(whole) // 2 + 1:])
    for files in (["cut"], ["changed"], ["whole", "second"], ["whole", "second", "first"], ["first"]):
        operator.meets(1, "restore", "--from", *(f"{name}.backup" for name in files), "--into", f"from-{files[-1]}")
    operator.meets(2, "restore", "--from", "whole.backup", "--into", data)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_what_a_page_quotes_stands_in_the_code(page):
    """Rows that no test here meets are no invention either."""
    code = "\n".join(path.read_text() for path in sorted((ROOT / "Sources").rglob("*.swift")))
    # A text that goes over several lines, and quotation marks in it.
    code = re.sub(r'"\s*\+\s*"', "", code).replace('\\"', '"')
    quoted = [text for text, _ in quotations(page)]
    assert len(quoted) >= 10
    for text in quoted:
        for part in re.split("…|: ", text.removeprefix("muniment: ")):
            part = part.strip(" :;()'")
            assert part in code or part in MADE_OF_NAMES, f"{text!r}: {part!r} is nowhere in the code"


# What is put together from the names of settings; it is met above.
MADE_OF_NAMES = ['--data DIR is missing (or MUNIMENT_DATA, or "data" in the configuration file']


def test_the_unit_is_understood(tmp_path):
    """The server that systemd would start, asked what it has understood; one line is one setting or option."""
    (unit,) = CONFIGURATION.blocks("Under systemd", "ini")
    lines = [line.split("=", 1) for line in unit.splitlines() if "=" in line]
    variables = dict(value.split("=", 1) for name, value in lines if name == "Environment")
    (start,) = (value for name, value in lines if name == "ExecStart")
    (written,) = (value for name, value in lines if name == "ReadWritePaths")
    program, *words = shlex.split(start)
    assert program.endswith("/muniment")
    variables = {name: value.replace("%d", str(tmp_path)) for name, value in variables.items()}
    printed = command(*words, "--print-config", **variables).stdout
    told = {line.split()[0]: line.split()[1:] for line in printed.splitlines()}
    for name, value in variables.items():
        assert told[name.removeprefix("MUNIMENT_").lower().replace("_", "-")] == [value, name]
    for option, value in zip(words[1::2], words[2::2], strict=True):
        assert told[option.removeprefix("--")] == [value, option]
    assert {variables["MUNIMENT_DATA"], variables["MUNIMENT_ANCHOR"]} == set(written.split())


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_its_links_lead_somewhere(page):
    for place in page.links():
        assert (ROOT / place).exists(), place
