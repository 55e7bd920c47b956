"""What answers without a credential: the API's own description, health, integrity and metrics."""

import time

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator
from prometheus_client.parser import text_string_to_metric_families


def test_the_openapi_document_is_valid_and_describes_every_door(server):
    answer = requests.get(f"{server.url}/openapi.json", timeout=30)
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    assert [server["url"] for server in document.get("servers", [{"url": server.url}])] == [server.url]
    for path in (
        "/oauth/token", "/api/v1/platform/oauth/token", "/api/v1/auth/tenants/{slug}/oauth/introspect", "/keys",
        "/.well-known/openid-configuration", "/api/v1/admin/partners", "/api/v1/admin/tenants/{tenant_id}",
        "/api/v1/admin/applications/{application_id}/rotate-secret", "/api/v1/admin/audit", "/health",
        "/health/integrity", "/metrics", "/openapi.json", "/",
    ):
        shape = path.count("/"), path.split("{")[0]
        assert any((known.count("/"), known.split("{")[0]) == shape for known in document["paths"]), path


def test_what_the_document_names_exists_and_asks_for_a_credential(server):
    document = requests.get(f"{server.url}/openapi.json", timeout=30).json()
    identifiers = [
        operation["operationId"] for item in document["paths"].values() for method, operation in item.items()
        if method in ("get", "post", "patch", "delete", "put")]
    assert len(identifiers) == len(set(identifiers))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in ("get", "post", "patch", "delete", "put"):
                continue
            url = server.url + path.replace("{slug}", "nobody").replace("{", "").replace("}", "")
            answer = requests.request(method, url, timeout=30)
            assert operation["summary"]
            assert answer.status_code not in (405, 500), f"{method} {path}"
            if path.startswith("/api/v1/admin/"):
                assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
                assert operation["security"], path


def test_health_says_ok(server):
    answer = requests.get(f"{server.url}/health", timeout=30)
    assert answer.status_code == 200
    assert answer.json()["status"] in ("ok", "warning")


def test_integrity_says_what_was_verified_and_when(server):
    answer = requests.get(f"{server.url}/health/integrity", timeout=30)
    assert answer.status_code == 200
    told = answer.json()
    assert told["checkpoint"]["size"] == told["checkpoint"]["index"] + 1
    assert isinstance(told["clock"]["drift_microseconds"], int)
    for _ in range(50):  # the ledger is read again beside serving, from the start on
        if told["verified"]:
            break
        time.sleep(0.2)
        told = requests.get(f"{server.url}/health/integrity", timeout=30).json()
    assert told["verified"]["ok"] is True and told["verified"]["root"] and told["verified"]["at"]


def test_metrics_are_families_with_help_and_type(server, api):
    api.get("/partners")
    answer = requests.get(f"{server.url}/metrics", timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = list(text_string_to_metric_families(answer.text))
    assert len(families) >= 5
    for family in families:
        assert family.documentation, f"{family.name} has no HELP"
        assert family.type in ("counter", "gauge", "histogram", "summary"), f"{family.name} has no TYPE"
        assert family.samples, family.name
    named = {line.split()[2] for line in answer.text.splitlines() if line.startswith("# TYPE ")}
    helped = {line.split()[2] for line in answer.text.splitlines() if line.startswith("# HELP ")}
    assert named == helped
    names = {sample.name for family in families for sample in family.samples}
    assert "muniment_http_requests_total" in names


def test_s36_no_client_chooses_a_label(server):
    def series() -> set:
        text = requests.get(f"{server.url}/metrics", timeout=30).text
        return {(sample.name, tuple(sorted(sample.labels.items())))
                for family in text_string_to_metric_families(text) for sample in family.samples}

    requests.request("BREW", f"{server.url}/coffee", timeout=30)
    before = series()
    for number in range(50):
        requests.request(f"BREW{number}", f"{server.url}/coffee/{number}", timeout=30)
        requests.get(f"{server.url}/api/v1/auth/tenants/t{number}/.well-known/openid-configuration", timeout=30)
    assert len(series()) <= len(before) + 5


def test_who_watches_is_answered_under_overload_and_the_document_says_so(server, new_server):
    def is_shed(server, path):
        document = requests.get(f"{server.url}/openapi.json", timeout=30).json()
        return "503" in document["paths"][path]["get"]["responses"]

    gated = new_server("--metrics-scope", "metrics:read").start()
    for running, path, expected in (
        (server, "/metrics", False), (server, "/health/integrity", False), (server, "/api/v1/admin/partners", True),
        # To look at a token is work like any other.
        (gated, "/metrics", True), (gated, "/health/integrity", False),
    ):
        assert is_shed(running, path) == expected, (running.options, path)


def test_metrics_may_be_put_behind_a_scope(new_server):
    server = new_server("--metrics-scope", "metrics:read").start()
    api = server.api
    assert requests.get(f"{server.url}/metrics", timeout=30).status_code == 401
    refused = requests.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {api.bearer}"}, timeout=30)
    assert refused.status_code == 403
    reader = api.as_application(api.application(allowed_scopes=["metrics:read"]))
    allowed = requests.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {reader.bearer}"}, timeout=30)
    assert allowed.status_code == 200 and "# TYPE" in allowed.text


def test_what_is_not_served_is_404(server):
    """O4: the names of neighbouring products are nobody's here."""
    for path in "/webhooks", "/siem", "/extensions", "/admin", "/.env", "/nothing":
        assert requests.get(server.url + path, timeout=30).status_code == 404, path
