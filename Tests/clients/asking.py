"""Questions about any moment, and whether the answers are what the entries say."""

import urllib.parse
from dataclasses import dataclass

from dataset import Request, Talk
from naive import FIELDS, PATHS, PER_PAGE, Line, Model, lines, moments, replay
from server import Server, command

#: Beyond this a list counts no more, and says so.
COUNTED_MAX = 10_000


@dataclass(frozen=True)
class Question:
    """A GET of the admin API."""

    path: str
    query: tuple[tuple[str, str], ...] = ()

    def request(self, as_of: int | None) -> Request:
        query = dict(self.query) | ({} if as_of is None else {"as_of": str(as_of)})
        return Request("GET", self.path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def expected(self, model: Model) -> dict | list[dict] | None:
        """What the answer has as its data: all of a list; None where there is nothing of the kind."""
        kind = next(kind for kind, path in PATHS.items() if path[1:] == self.path.split("/")[1])
        match self.path.split("/")[2:]:
            case []:
                return model.listed(kind, dict(self.query))
            case [id]:
                return model.shown(id)
            case [id, "members"]:
                return model.members(id)
            case [id, "effective-members"]:
                return model.effective_members(id)
            case _:
                raise AssertionError(f"the model knows nothing of {self.path}")


@dataclass
class Answered:
    question: Question
    as_of: int | None
    #: The last entry that the answer has seen.
    index: int
    status: int
    body: dict
    headers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.question.request(self.as_of).path} at {self.index}"


class Witness:
    """Asks a server, reads its ledger, and says whether the two agree."""

    def __init__(self, server: Server, talk: Talk):
        self.server, self.talk = server, talk
        self.history: list[Line] = []
        self.answered: list[Answered] = []

    def read(self) -> list[Line]:
        """All entries up to now, with what is sealed in them."""
        printed = command("entries", "--data", self.server.data, "--openings", "--from", len(self.history)).stdout
        self.history += lines(printed)
        return self.history

    def model(self, index: int | None = None) -> Model:
        """The model after an entry; after the last one where none is named."""
        history = self.read()
        wanted = len(history) - 1 if index is None else index
        return next(model for _, model in replay(history, {wanted}))

    def ask(self, asked: list[tuple[Question, int | None]]) -> None:
        answers = self.talk.run([question.request(as_of) for question, as_of in asked], expect=(200, 404))
        for (question, as_of), answer in zip(asked, answers):
            index = answer.headers.get("muniment-as-of" if as_of is not None else "muniment-index", -1)
            self.answered.append(
                Answered(question, as_of, int(index), answer.status, answer.json, answer.headers))

    def judge(self) -> int:
        """Compares every answer since the last judgement; answers how many there were."""
        history = self.read()
        resolved = moments(history)
        waiting: dict[int, list[Answered]] = {}
        for answered in self.answered:
            if answered.as_of is not None:
                if answered.status == 200:
                    assert answered.index == resolved[answered.as_of], f"{answered} resolved otherwise"
                answered.index = resolved[answered.as_of]
            # Nothing told as of when it was not found: nothing changes between questions and judgement but by us.
            elif answered.index < 0:
                answered.index = len(history) - 1
            waiting.setdefault(answered.index, []).append(answered)
        for index, model in replay(history, set(waiting)):
            for answered in waiting[index]:
                compare(answered, model)
        count, self.answered = len(self.answered), []
        return count


def compare(answered: Answered, model: Model) -> None:
    expected = answered.question.expected(model)
    if expected is None:
        assert answered.status == 404, f"{answered}: {answered.status}, and there is none"
        return
    assert answered.status == 200, f"{answered}: {answered.status}, and there is one"
    data = answered.body["data"]
    if isinstance(expected, dict):
        assert data == expected, f"{answered}: {data} is not {expected}"
        assert answered.headers["etag"] == f'"{model.things[expected["id"]].version}"', str(answered)
        return
    query, pages = dict(answered.question.query), answered.body["pagination"]
    number, size = int(query.get("page", 1)), int(query.get("per_page", PER_PAGE))
    if pages.get("total_relation") == "gte":
        assert COUNTED_MAX <= pages["total"] <= len(expected), f"{answered}: {pages} of {len(expected)}"
    else:
        assert pages["total"] == len(expected), f"{answered}: {pages['total']} in all, not {len(expected)}"
    if answered.as_of is not None:
        assert pages["as_of"] == answered.index, f"{answered}: {pages}"
    shown = data
    if answered.question.path.endswith("/effective-members"):
        group = answered.question.path.split("/")[2]
        steps = model.steps_below(group)
        for member in data:
            path, id = member["path"], member["member_id"]
            assert path[:1] == [group] and model.leads(path, id, steps), f"{answered}: no such way {member}"
        shown = [{name: text for name, text in member.items() if name != "path"} for member in data]
    page = expected[(number - 1) * size:number * size]
    assert shown == page, f"{answered}: page {number} is {shown}, not {page}"


def questions(model: Model, dice, count: int, about: list[str] = ()) -> list[Question]:
    """Questions of all sorts about what there is or has been; half of those by identifier about what is named."""
    ids = list(model.things)
    groups = [id for id, thing in model.things.items() if thing.kind == "group"]
    tenants = [id for id, thing in model.things.items() if thing.kind == "tenant"]
    partners = [id for id, thing in model.things.items() if thing.kind == "partner"]
    found: list[Question] = []
    while len(found) < count:
        thing = model.things[dice.pick(about) if about and dice.once_in(2) else dice.pick(ids)]
        group = thing.id if thing.kind == "group" else dice.pick(groups)
        sort = dice.below(10)
        if sort < 3:
            found.append(Question(f"{PATHS[thing.kind]}/{thing.id}"))
        elif sort == 3:
            found.append(Question(f"/groups/{group}/members", pages(dice)))
        elif sort == 4:
            found.append(Question(f"/groups/{group}/effective-members", pages(dice)))
        elif sort == 5:
            found.append(Question("/users", (("group_id", group), *pages(dice))))
        elif sort == 6:
            found.append(Question("/groups", (("member_id", thing.id), *pages(dice))))
        elif sort == 7:
            found.append(Question(PATHS[thing.kind], (("search", searched(thing, dice)), *pages(dice))))
        else:
            place = dice.pick([("tenant_id", dice.pick(tenants))] * 3 + [("partner_id", dice.pick(partners))])
            kind = dice.pick(("user", "user", "group", "application"))
            status = ("status", dice.pick(("ACTIVE", "SUSPENDED")))
            facets = {"group": [status, ("group_type", "DISTRIBUTION_LIST")],
                      "application": [status, ("scope", "TENANT"), ("application_type", "SPA")]}.get(kind, [status])
            narrowed = (dice.pick(facets),) if dice.once_in(2) else ()
            found.append(Question(PATHS[kind], (place, *narrowed, *pages(dice))))
    return found


def pages(dice) -> tuple[tuple[str, str], ...]:
    page = (("page", str(1 + dice.below(3))),) if dice.once_in(3) else ()
    return page + ((("per_page", str(1 + dice.below(100))),) if dice.once_in(2) else ())


def searched(thing, dice) -> str:
    """A whole address, or a part of a name, now and then in capitals."""
    text = thing.fields.get("email") if thing.kind == "user" else thing.fields["name"][:8]
    return text.upper() if dice.once_in(3) else text


def kinds_are_those_of(openapi: dict) -> bool:
    """Whether the model knows every field of every kind that it tells of."""
    shapes = openapi["components"]["schemas"]
    return all(
        set(shapes[kind.title()]["properties"]) - {"id", "client_id", "client_secret", "created_at", "updated_at",
                                                   "deleted_at"} == set(fields)
        for kind, fields in FIELDS.items())
