"""A data set into a running server, through its admin API."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .shapes import KINDS, PATHS, DataSet, Ref
from .talking import Client, Request, Talk


@dataclass
class Loaded:
    """What became of a data set in a server."""

    data: DataSet
    #: The identifier of each thing, by its key in the data set.
    ids: dict[str, str] = field(default_factory=dict)
    #: The secrets of applications that have one, by their key.
    secrets: dict[str, str] = field(default_factory=dict)
    #: How long each kind took.
    seconds: dict[str, float] = field(default_factory=dict)
    #: How often a request was sent again.
    repeated: int = 0

    @property
    def roles(self) -> list[tuple[str, str]]:
        """Who is to hold what, by identifier."""
        return [(self.ids[role.person], role.role) for role in self.data.roles]


def load(client: Client, data: DataSet, say: Callable[[str], None] = lambda _: None, connections: int = 32) -> Loaded:
    """Makes everything but the roles, which no endpoint grants yet.

    Each request carries a key that follows from the data set, so that a load that was interrupted is gone on with by
    loading the same again within a day.
    """
    loaded = Loaded(data)
    talk = Talk(client, connections)
    for kind in KINDS:
        things = data.of(kind)
        answers = _timed(loaded, say, kind, talk, [
            Request("POST", PATHS[kind], _resolved(thing.body, loaded.ids), _key(data, thing.key)) for thing in things])
        for thing, answer in zip(things, answers):
            made = answer.json["data"]
            loaded.ids[thing.key] = made["id"]
            if "client_secret" in made:
                loaded.secrets[thing.key] = made["client_secret"]
    _timed(loaded, say, "membership", talk, [
        Request("POST", f"/groups/{loaded.ids[edge.group]}/members", {"member_id": loaded.ids[edge.member]},
                _key(data, edge.group, edge.member))
        for edge in data.memberships])
    loaded.repeated = talk.repeated
    return loaded


def _timed(loaded: Loaded, say: Callable[[str], None], kind: str, talk: Talk, requests: list[Request]) -> list:
    began = time.monotonic()
    answers = talk.run(requests)
    loaded.seconds[kind] = time.monotonic() - began
    say(f"{len(requests):>7,} × {kind:<12} {loaded.seconds[kind]:7.2f} s  "
        f"{len(requests) / max(loaded.seconds[kind], 1e-6):>8,.0f}/s")
    return answers


def _resolved(body: dict, ids: dict[str, str]) -> dict:
    return {name: ids[value.key] if isinstance(value, Ref) else value for name, value in body.items()}


def _key(data: DataSet, *words: str) -> str:
    text = "\n".join((f"{data.seed} {data.sizes}", *words))
    return hashlib.sha256(text.encode()).hexdigest()[:40]
