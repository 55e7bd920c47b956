"""Fixtures of the client suite: one server for the whole run, more where a test needs its own."""

import itertools
import os
import shutil
import sys

import pytest

from api import PLATFORM, Api, tenant_door
from newcomer import Newcomer
from server import BINARY, ROOT, Server

# The data sets that `Tools/populate` makes.
sys.path.insert(0, str(ROOT / "Tools/Populate"))

# Both libraries refuse plain HTTP unless they are told that this is a test.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

# This gets a token whose end another test awaits, so it comes before everything else.
FIRST = "test_readme.py"
# These judge what the run itself left behind, so they come after everything else.
LAST = "test_the_run_itself.py", "test_expiry_as_the_readme_says"


def pytest_addoption(parser):
    parser.addoption("--people", type=int, default=2_000, help="people in the story (2,000; the whole of it 50,000)")
    parser.addoption("--tenants", type=int, default=12, help="tenants in the story (12; the whole of it 60)")
    parser.addoption("--asked", type=int, default=120, help="questions after each step of the story (120)")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: 2 if {item.path.name, item.name} & set(LAST) else item.path.name != FIRST)


def pytest_sessionstart():
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing; run: swift build -c release", returncode=2)


def pytest_terminal_summary(terminalreporter):
    counted = {word: len(terminalreporter.stats.get(word, [])) for word in ("passed", "failed", "error")}
    terminalreporter.write_line(f"{counted['passed']} passed, {counted['failed'] + counted['error']} failed")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The server of the run: what the tests do to it is in its ledger, and is judged at the end."""
    server = Server(tmp_path_factory.mktemp("run")).start()
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory):
    """Whoever reads the pages and types what stands there: a server and a shell of their own."""
    newcomer = Newcomer(tmp_path_factory.mktemp("readme"))
    yield newcomer
    newcomer.process.terminate()
    assert newcomer.process.wait(30) == 0


@pytest.fixture(scope="session")
def api(server) -> Api:
    return server.api


@pytest.fixture(scope="session", autouse=True)
def short_lived(api) -> tuple[Api, str]:
    """A token of the shortest life there is, got at the run's beginning so that its end comes before the run's."""
    application = api.application(name="Short-lived", allowed_scopes=["admin:read"], token_lifetime=60)
    mine = api.as_application(application)
    return mine, mine.token()


@pytest.fixture
def new_server(tmp_path):
    """Makes servers that are gone, with their directories, when the test ends."""
    numbers = itertools.count(1)
    made = []

    def make(*options: str, init: tuple[str, ...] = (), scheme: str = "http") -> Server:
        home = tmp_path / f"server{next(numbers)}"
        home.mkdir()
        made.append(Server(home, *options, init=init, scheme=scheme))
        return made[-1]

    yield make
    for server in made:
        server.kill()
        shutil.rmtree(server.data, ignore_errors=True)


@pytest.fixture
def stopped(new_server) -> Server:
    """A ledger with a little history, closed in order."""
    server = new_server().start()
    api = server.api
    tenant = api.tenant()
    api.patch(f"/tenants/{tenant['id']}", {"name": "Renamed"})
    assert server.stop() == 0
    return server


@pytest.fixture(scope="session")
def partner(api) -> dict:
    return api.partner()


@pytest.fixture(scope="session")
def tenant(api, partner) -> dict:
    return api.tenant(partner)


@pytest.fixture(scope="session")
def other_tenant(api) -> dict:
    return api.tenant()


class Client:
    """An application, or an agent, at the door that serves it."""

    def __init__(self, server: Server, application: dict, door: str, issuer: str):
        self.id, self.secret = application["id"], application["client_secret"]
        self.application = application
        self.scopes = application["allowed_scopes"]
        self.issuer = issuer
        self.token_url = f"{server.url}{door}/token"
        self.introspection_url = f"{server.url}{door}/introspect"
        self.revocation_url = f"{server.url}{door}/revoke"
        self.api = Api(server.url, self.id, self.secret, door, server.verify)


DOORS = ["platform", "tenant", "root", "tenant at the root", "partner at a tenant", "agent at its tenant"]


@pytest.fixture(scope="session")
def clients(server, api, partner, tenant) -> dict[str, Client]:
    """A client for every door, by the door's name."""
    broad = ["openid", "admin:read", "admin:write"]
    narrow = ["openid", "tenants:read", "applications:write", "audit:read"]
    platform = api.application(allowed_scopes=broad, token_lifetime=600)
    local = api.application(scope="TENANT", tenant_id=tenant["id"], allowed_scopes=narrow, token_lifetime=900)
    shared = api.application(scope="PARTNER", partner_id=partner["id"], allowed_scopes=["openid", "tenants:read"])
    agent = api.create("/agents", {
        "name": "Scout", "tenant_id": tenant["id"], "agent_type": "research", "allowed_tools": ["search", "crm.read"],
        "allowed_scopes": ["openid", "tenants:read"], "token_lifetime": 1200})
    at_tenant, issuer = tenant_door(tenant["slug"]), f"{server.url}/tenants/{tenant['id']}"
    return {
        "platform": Client(server, platform, PLATFORM, server.url),
        "root": Client(server, platform, "/oauth", server.url),
        "tenant": Client(server, local, at_tenant, issuer),
        "tenant at the root": Client(server, local, "/oauth", issuer),
        "partner at a tenant": Client(server, shared, at_tenant, issuer),
        "agent at its tenant": Client(server, agent, at_tenant, issuer),
    }


@pytest.fixture(scope="session", params=DOORS)
def client(request, clients) -> Client:
    """Each door in turn."""
    return clients[request.param]
