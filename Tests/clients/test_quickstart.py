"""The five steps of the quickstart, typed with curl as a newcomer would: register, token, decode, call, expiry."""

import base64
import json
import subprocess

from spoken import confide


def curl(*words: str) -> dict:
    done = subprocess.run(["curl", "-sS", "--fail-with-body", *words], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def decoded(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_five_steps_from_zero_to_a_working_token(server, api):
    # 1. Register: client_id and the one-time client_secret.
    made = curl(
        f"{server.url}/api/v1/admin/applications", "-H", f"Authorization: Bearer {api.bearer}", "--json",
        json.dumps({"name": "MyService", "application_type": "SERVICE", "scope": "GLOBAL",
                    "allowed_scopes": ["openid", "admin:read"], "token_lifetime": 60}))["data"]
    client_id, secret = made["client_id"], confide("an application's secret", made["client_secret"])
    assert made["id"] == client_id
    assert "client_secret" not in api.get(f"/applications/{client_id}").json()["data"], "shown once"

    # 2. A token, with Basic and a form.
    def fetched() -> dict:
        answer = curl(f"{server.url}/api/v1/platform/oauth/token", "-u", f"{client_id}:{secret}",
                      "-d", "grant_type=client_credentials", "-d", "scope=admin:read")
        confide("an access token", answer["access_token"])
        return answer

    first = fetched()
    assert (first["token_type"], first["expires_in"], first["scope"]) == ("Bearer", 60, "admin:read")

    # 3. Decode: who it is for, and for how long.
    claims = decoded(first["access_token"])
    assert claims["sub"] == claims["client_id"] == client_id
    assert claims["exp"] - claims["iat"] == first["expires_in"]
    assert (claims["app_scope"], claims["platform_token"], claims["scope"]) == ("GLOBAL", True, "admin:read")

    # 4. Call a protected endpoint.
    tenants = curl(f"{server.url}/api/v1/admin/tenants", "-H", f"Authorization: Bearer {first['access_token']}")
    assert set(tenants) == {"data", "pagination"}

    # 5. Expiry: there is no refresh token; the second step is repeated. That the first token does end is shown by
    # test_the_run_itself.py, which comes a minute later.
    assert "refresh_token" not in first
    assert decoded(fetched()["access_token"])["jti"] != claims["jti"]


def test_a_token_without_an_admin_scope_is_told_what_it_needs(server, api):
    application = api.application(allowed_scopes=["openid"])
    answer = api.as_application(application).get("/tenants")
    assert answer.status_code == 403
    assert answer.json() == {"detail": "Platform token requires admin:read or admin:write scope"}
