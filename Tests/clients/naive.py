"""What there was as of each entry, told by the entries alone: dictionaries, and walking through all of them.

It shares no code with the server, and knows nothing of how it keeps or finds anything.
"""

import base64
import itertools
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

SALT_BYTES = 32
PLATFORM = "platform"
PER_PAGE = 20

#: The fields of each kind as answers show them, with what a new one has that says nothing of them.
FIELDS = {
    "partner": {"name": "", "slug": "", "status": "ACTIVE", "contact_email": None, "max_tenants": None,
                "max_users_per_tenant": None, "max_applications_per_tenant": None},
    "tenant": {"name": "", "slug": "", "status": "ACTIVE", "partner_id": None, "contact_email": None,
               "settings": None, "branding": None},
    "application": {"name": "", "description": None, "application_type": "SERVICE", "scope": "TENANT",
                    "tenant_id": None, "partner_id": None, "status": "ACTIVE", "allowed_scopes": [],
                    "redirect_uris": [], "allowed_origins": [], "token_lifetime": 3600,
                    "token_exchange_allowed": False, "token_audiences": [],
                    "token_typ": "at+jwt"},
    "agent": {"name": "", "description": None, "tenant_id": None, "agent_type": None, "status": "ACTIVE",
              "allowed_tools": [], "allowed_scopes": [], "rate_limit_rpm": None, "token_lifetime": 3600},
    "user": {"tenant_id": None, "partner_id": None, "email": None, "first_name": None, "last_name": None,
             "display_name": None, "must_change_password": False, "status": "ACTIVE"},
    "group": {"name": "", "description": None, "group_type": "SECURITY", "tenant_id": None, "status": "ACTIVE"},
}
PATHS = {kind: f"/{kind}s" for kind in FIELDS}
#: Administrators' own JSON, which entries hold as its text.
OBJECTS = {"settings", "branding"}
#: What the text of a search is looked for in.
SEARCHED = {"partner": ("name", "slug"), "tenant": ("name", "slug"), "application": ("name",), "agent": ("name",), "group": ("name",),
            "user": ()}


@dataclass(frozen=True)
class Line:
    """An entry, and what was sealed in it."""

    entry: dict
    sealed: dict


def lines(printed: str) -> list[Line]:
    """What `muniment entries --openings` prints: openings follow their entry."""
    found: list[Line] = []
    for text in printed.splitlines():
        line = json.loads(text)
        if "ordinal" not in line:
            found.append(Line(line, {}))
        elif "plaintext" in line:
            plain = base64.urlsafe_b64decode(line["plaintext"] + "==")
            found[-1].sealed.update(json.loads(plain[SALT_BYTES:]))
    return found


@dataclass
class Thing:
    kind: str
    id: str
    #: What it stands in: the platform, a partner or a tenant.
    place: str
    fields: dict
    created_at: str
    updated_at: str
    deleted_at: str | None = None
    version: int = 1

    @property
    def is_deleted(self) -> bool:
        return self.fields["status"] == "DELETED"


@dataclass
class Model:
    """The state after some entry."""

    things: dict[str, Thing] = field(default_factory=dict)
    #: Group and member of each membership that stands.
    edges: set[tuple[str, str]] = field(default_factory=set)
    index: int = -1

    def fold(self, line: Line) -> None:
        entry = line.entry
        assert entry["index"] == self.index + 1, f"entry {entry['index']} follows {self.index}"
        self.index = entry["index"]
        kind, verb = entry["type"].split(".")
        data = entry.get("data", {})
        if kind == "group_member" and verb in ("added", "removed"):
            edge = data["from"], data["to"]
            assert (edge in self.edges) == (verb == "removed"), f"entry {self.index}: {verb} {edge}"
            self.edges ^= {edge}
        elif kind in FIELDS and "version" in entry:
            self._change(kind, verb, line)

    def _change(self, kind: str, verb: str, line: Line) -> None:
        entry, data = line.entry, line.entry["data"]
        if verb == "created":
            self.things[entry["stream"]] = Thing(
                kind, entry["stream"], PLATFORM, dict(FIELDS[kind]), entry["recorded_at"], entry["recorded_at"])
        thing = self.things[entry["stream"]]
        if verb == "transferred":
            data = {"partner_id": data["to"]}
        if verb == "restored":
            thing.fields["status"], thing.deleted_at = "ACTIVE", None
        for name, value in (data | line.sealed).items():
            if name in FIELDS[kind]:
                thing.fields[name] = json.loads(value) if name in OBJECTS and value is not None else value
        if verb == "deleted":
            thing.fields["status"], thing.deleted_at = "DELETED", entry["recorded_at"]
        thing.updated_at, thing.version = entry["recorded_at"], entry["version"]
        thing.place = thing.fields.get("tenant_id") or thing.fields.get("partner_id") or PLATFORM

    # What can be asked; None is "not found".

    def shown(self, id: str) -> dict | None:
        """A resource as an answer shows it."""
        if not self.lives(id):
            return None
        thing = self.things[id]
        more = {"client_id": id} if thing.kind in ("application", "agent") else {}
        return {"id": id, **more, **thing.fields, "created_at": thing.created_at, "updated_at": thing.updated_at,
                "deleted_at": thing.deleted_at}

    def listed(self, kind: str, query: dict[str, str]) -> list[dict]:
        """All that a list has, in the order of creation."""
        return [self.shown(id) for id, thing in self.things.items()
                if thing.kind == kind and self._matches(thing, query) and self.lives(id)]

    def members(self, group: str) -> list[dict] | None:
        if not self.lives(group):
            return None
        return [self._member(id) for id in self.things if (group, id) in self.edges and self.lives(id)]

    def effective_members(self, group: str) -> list[dict] | None:
        """The people below a group, without the paths that lead to them."""
        if not self.lives(group):
            return None
        below = self.steps_below(group)
        return [self._member(id) for id, thing in self.things.items() if thing.kind == "user" and id in below]

    def leads(self, path: list[str], member: str, steps: dict[str, int]) -> bool:
        """Whether a path goes down edge by edge from a group to a member, and no shorter one does.

        - steps: how far below the group everything is.
        """
        return all(edge in self.edges for edge in zip(path, [*path[1:], member])) and len(path) == steps.get(member)

    def steps_below(self, group: str) -> dict[str, int]:
        """What is below a group through what lives, with the length of the shortest way there."""
        children: dict[str, list[str]] = {}
        for start, to in self.edges:
            children.setdefault(start, []).append(to)
        found, reached = {group: 0}, [group]
        for length in itertools.count(1):
            reached = [id for start in reached for id in children.get(start, []) if self.lives(id)]
            reached = [id for id in dict.fromkeys(reached) if found.setdefault(id, length) == length]
            if not reached:
                return found

    def lives(self, id: str) -> bool:
        """Whether it is there, and all that it stands in."""
        while id != PLATFORM:
            thing = self.things.get(id)
            if thing is None or thing.is_deleted:
                return False
            id = thing.place
        return True

    def path(self, id: str) -> list[str]:
        """The thing, and all that it stands in."""
        return [PLATFORM] if id == PLATFORM else [id, *self.path(self.things[id].place)]

    def _member(self, id: str) -> dict:
        return {"member_id": id, "member_type": self.things[id].kind}

    def _matches(self, thing: Thing, query: dict[str, str]) -> bool:
        for name, wanted in query.items():
            if name in ("page", "per_page"):
                continue
            if name == "search":
                if not self._is_found(thing, wanted):
                    return False
            elif name in ("tenant_id", "partner_id"):
                if wanted not in self.path(thing.place):
                    return False
            elif name == "group_id":
                if (wanted, thing.id) not in self.edges or not self.lives(wanted):
                    return False
            elif name == "member_id":
                if (thing.id, wanted) not in self.edges or not self.lives(wanted):
                    return False
            elif thing.fields[name] != wanted:
                return False
        return True

    def _is_found(self, thing: Thing, text: str) -> bool:
        """A name contains it, or an address is it."""
        whole = thing.kind == "user" and folded(thing.fields["email"] or "") == folded(text)
        return whole or any(folded(text) in folded(thing.fields[name]) for name in SEARCHED[thing.kind])


def folded(text: str) -> str:
    """The same for texts that differ by case, or by how an accent is written."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def moments(history: list[Line]) -> list[int]:
    """For each index the last at or before it at which a command had ended: where a question about it is answered."""
    found: list[int] = []
    for index, line in enumerate(history):
        position, size = line.entry.get("batch", (1, 1))
        found.append(index if position == size else found[index - position] if index >= position else -1)
    return found


def replay(history: list[Line], wanted: set[int]) -> Iterator[tuple[int, Model]]:
    """The model after each of the wanted entries, in their order; always the same one, so it is to be asked at once."""
    model = Model()
    for line in history:
        model.fold(line)
        if model.index in wanted:
            yield model.index, model
