"""The served document against the server: whatever schemathesis makes of it, no answer is one that it does not tell of.

One seed makes the same requests every time, in an order that two workers leave to the machine. SCHEMATHESIS_SEED and
SCHEMATHESIS_EXAMPLES ask for others, and for more.
"""

import os
import pathlib
import subprocess
import sys

import jwt

from server import environment
from spoken import confide

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "12"))
SEED = int(os.environ.get("SCHEMATHESIS_SEED", "1"))
SECONDS_MAX = 600


def test_no_answer_is_undocumented(new_server, tmp_path):
    server = new_server().start()
    api = server.api
    # Something to meet, beside what the run makes itself.
    tenant = api.tenant()
    api.application(scope="TENANT", tenant_id=tenant["id"], allowed_scopes=["openid"])
    application = api.application(allowed_scopes=["admin:read", "admin:write"], token_lifetime=3600)
    mine = api.as_application(application)
    token = mine.token()
    confide("an application's secret", application["client_secret"])
    print(f"schemathesis with seed {SEED}, {EXAMPLES} examples an operation")
    done = subprocess.run(
        [pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", HERE / "schemathesis.toml", "run",
         f"{server.url}/openapi.json", "--checks", "all", "--max-examples", str(EXAMPLES), "--seed", str(SEED),
         "--continue-on-failure"],
        cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS_MAX,
        env=environment() | {
            "MUNIMENT_TEST_TOKEN": token, "MUNIMENT_TEST_CLIENT": application["id"],
            "MUNIMENT_TEST_SECRET": application["client_secret"],
            "MUNIMENT_TEST_KEY": jwt.get_unverified_header(token)["kid"], "PYTHONPATH": str(HERE), "NO_COLOR": "1"})
    told = f"seed {SEED}\n{done.stdout[-20_000:]}\n{done.stderr[-2_000:]}"
    assert done.returncode == 0, told
    # The run was one of somebody who may do all of it, to its end.
    assert mine.get("/tenants", token=token).status_code == 200, told
    assert server.stop() == 0
