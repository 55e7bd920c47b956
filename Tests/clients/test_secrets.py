"""An application's secrets: shown once, listed without, swapped at once or with an overlap."""

import time

import requests

from spoken import confide


def works(api, application_id: str, secret: str) -> bool:
    answer = requests.post(
        f"{api.url}/oauth/token", data={"grant_type": "client_credentials"}, auth=(application_id, secret), timeout=30)
    if answer.status_code == 200:
        confide("an access token", answer.json()["access_token"])
        return True
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    return False


def rotated(api, application_id: str, body: object = None) -> str:
    answer = api.post(f"/applications/{application_id}/rotate-secret", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["id"] == application_id
    return confide("an application's secret", answer.json()["data"]["client_secret"])


def listed(api, application_id: str) -> list[dict]:
    answer = api.get(f"/applications/{application_id}/secrets")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_a_rotation_swaps_at_once(api):
    made = api.application(allowed_scopes=["openid"])
    old, new = made["client_secret"], rotated(api, made["id"])
    assert works(api, made["id"], new) and not works(api, made["id"], old)
    assert new != old and len(new) >= 43 and new.replace("-", "").replace("_", "").isalnum()


def test_a_rotation_with_an_overlap_keeps_the_old_one_for_a_while(api):
    made = api.application(allowed_scopes=["openid"])
    first = made["client_secret"]
    second = rotated(api, made["id"], {"overlap_seconds": 3600})
    assert works(api, made["id"], first) and works(api, made["id"], second)
    third = rotated(api, made["id"], {"overlap_seconds": 3600})
    assert works(api, made["id"], second) and works(api, made["id"], third)
    assert not works(api, made["id"], first), "two at a time, no more"
    fourth = rotated(api, made["id"], {})
    assert works(api, made["id"], fourth)
    assert not works(api, made["id"], second) and not works(api, made["id"], third)


def test_an_overlap_ends_by_itself(api):
    made = api.application(allowed_scopes=["openid"])
    rotated(api, made["id"], {"overlap_seconds": 1})
    time.sleep(1.5)
    assert not works(api, made["id"], made["client_secret"])


def test_an_overlap_has_its_bounds(api):
    made = api.application()
    for overlap in -1, 30 * 86_400 + 1, "3600", 1.5, True:
        answer = api.post(f"/applications/{made['id']}/rotate-secret", {"overlap_seconds": overlap})
        assert answer.status_code == 422, overlap
    assert api.post(f"/applications/{made['id']}/rotate-secret", {"colour": "red"}).status_code == 422
    assert works(api, made["id"], made["client_secret"]) is True


def test_secrets_are_listed_by_what_may_be_known_of_them(api):
    made = api.application(allowed_scopes=["openid"])
    assert listed(api, made["id"])[0]["last_used_at"] is None
    assert works(api, made["id"], made["client_secret"])
    new = rotated(api, made["id"], {"overlap_seconds": 600})
    secrets = {item["suffix"]: item for item in listed(api, made["id"]) if item["status"] == "ACTIVE"}
    assert set(secrets) == {made["client_secret"][-4:], new[-4:]}
    old = secrets[made["client_secret"][-4:]]
    assert old["id"].startswith("sks_") and old["created_at"] and old["expires_at"] and old["last_used_at"]
    assert secrets[new[-4:]]["expires_at"] is None
    text = api.get(f"/applications/{made['id']}/secrets").text
    assert made["client_secret"] not in text and new not in text and "mac" not in text


def test_a_public_application_has_none_to_rotate(api):
    made = api.application(application_type="SPA")
    assert listed(api, made["id"]) == []
    assert api.post(f"/applications/{made['id']}/rotate-secret").status_code in (409, 422)


def test_a_deleted_application_s_secret_is_worth_nothing(api):
    made = api.application(allowed_scopes=["admin:read"])
    mine = api.as_application(made)
    token = mine.token()
    assert mine.get("/tenants", token=token).status_code == 200
    assert api.delete(f"/applications/{made['id']}").status_code == 204
    assert not works(api, made["id"], made["client_secret"])
    assert mine.get("/tenants", token=token).status_code == 401, "tokens that are out are refused at once"


def test_a_token_outlives_the_secret_it_was_got_with(api):
    made = api.application(allowed_scopes=["admin:read"])
    mine = api.as_application(made)
    token = mine.token()
    rotated(api, made["id"])
    assert mine.get("/tenants", token=token).status_code == 200
