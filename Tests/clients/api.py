"""The HTTP API as a program uses it: `requests`, a token, and nothing that knows the server from within."""

import itertools
import secrets

import requests

from spoken import confide

PLATFORM = "/api/v1/platform/oauth"
ADMIN = "/api/v1/admin"
_names = itertools.count(1)


def tenant_door(slug: str) -> str:
    return f"/api/v1/auth/tenants/{slug}/oauth"


def fresh(noun: str) -> str:
    """A slug that nobody has used."""
    return f"{noun}-{next(_names)}-{secrets.token_hex(3)}"


class Api:
    """A session that holds a token of one client; paths that begin with one slash are those of the admin API."""

    def __init__(self, url: str, client_id: str, secret: str, door: str = PLATFORM, verify: bool | str = True):
        self.url = url
        self.door = door
        self.client = (client_id, secret)
        self.session = requests.Session()
        self.session.verify = verify
        self._token = ""

    def token(self, **form: object) -> str:
        """A new token, asked for with Basic."""
        answer = self.session.post(
            f"{self.url}{self.door}/token", data={"grant_type": "client_credentials"} | form, auth=self.client,
            timeout=30)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return confide("an access token", answer.json()["access_token"])

    @property
    def bearer(self) -> str:
        if not self._token:
            self._token = self.token()
        return self._token

    def call(self, method: str, path: str, token: str | None = None, **options) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.bearer}"} | options.pop("headers", {})
        return self.session.request(
            method, f"{self.url}{ADMIN}{path}", headers=headers, timeout=options.pop("timeout", 30), **options)

    def get(self, path: str, **options) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, body: object = None, **options) -> requests.Response:
        return self.call("POST", path, json=body, **options)

    def patch(self, path: str, body: object, **options) -> requests.Response:
        return self.call("PATCH", path, json=body, **options)

    def delete(self, path: str, **options) -> requests.Response:
        return self.call("DELETE", path, **options)

    def create(self, collection: str, body: dict, **options) -> dict:
        """Creates, and hands out what was made."""
        answer = self.post(collection, body, **options)
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
        made = answer.json()["data"]
        if "client_secret" in made:
            confide("an application's secret", made["client_secret"])
        return made

    def partner(self, **fields) -> dict:
        slug = fresh("partner")
        return self.create("/partners", {"name": f"Partner {slug}", "slug": slug} | fields)

    def tenant(self, partner: dict | None = None, **fields) -> dict:
        slug = fresh("tenant")
        owner = (partner or self.partner())["id"]
        return self.create("/tenants", {"name": f"Tenant {slug}", "slug": slug, "partner_id": owner} | fields)

    def application(self, **fields) -> dict:
        body = {"name": f"Service {fresh('app')}", "application_type": "SERVICE", "scope": "GLOBAL"}
        return self.create("/applications", body | fields)

    def as_application(self, application: dict, door: str = PLATFORM) -> "Api":
        """The API as another application sees it."""
        return Api(self.url, application["id"], application["client_secret"], door, self.session.verify)
