"""What undoing somebody's doings comes to, worked out from the entries alone and by the rule alone.

A field goes back only if it still has the value that the undone entry gave it; else that is a conflict.
"""

from dataclasses import dataclass, field

from naive import FIELDS, Line, Model, folded, replay

#: What must differ in a tenant before two living things of a kind may be there.
UNIQUE = {"user": "email", "group": "name"}


@dataclass
class Undo:
    """What is to change, by resource, and what stays as it is."""

    #: Fields of what goes on living, each with what it is now and will be.
    fields: dict[str, dict[str, tuple]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)
    added: set[tuple[str, str]] = field(default_factory=set)
    removed: set[tuple[str, str]] = field(default_factory=set)
    conflicts: set[tuple[str, str]] = field(default_factory=set)

    @property
    def touched(self) -> set[str]:
        return set(self.fields) | self.deleted | self.restored

    def predicted(self, now: Model) -> dict[str, dict | None]:
        """How each thing that it touches is afterwards; None where it is gone."""
        found: dict[str, dict | None] = dict.fromkeys(self.deleted)
        for id in set(self.fields) | self.restored:
            found[id] = dict(now.things[id].fields) | {name: after for name, (_, after) in
                                                       self.fields.get(id, {}).items()}
        return found


def undo(history: list[Line], now: Model, actor: str, first: int, last: int, scope: str) -> Undo:
    """Of what an actor did in the entries from first to last, all that counts in the chain of the scope."""
    theirs = [line for line in history[first:last + 1]
              if line.entry["class"] == "state" and line.entry["actor"].get("id") == actor
              and line.entry["chain"] == scope]
    # How each was before any of it, entry by entry.
    before: dict[int, dict] = {}
    streams = {line.entry["index"]: line.entry.get("stream") for line in theirs}
    for index, model in replay(history, {index - 1 for index in streams}):
        thing = model.things.get(streams[index + 1])
        before[index + 1] = dict(thing.fields) if thing else {}
    result = Undo()
    for line in reversed(theirs):
        entry = line.entry
        kind, verb = entry["type"].split(".")
        if kind == "group_member":
            _undo_edge(result, now, verb, (entry["data"]["from"], entry["data"]["to"]))
        elif kind in FIELDS:
            _undo(result, now, kind, verb, line, before[entry["index"]])
    return result


def _undo_edge(result: Undo, now: Model, verb: str, edge: tuple[str, str]) -> None:
    if verb == "added" and edge in now.edges:
        result.removed.add(edge)
    elif verb == "removed" and edge not in now.edges:
        result.added.add(edge)


def _undo(result: Undo, now: Model, kind: str, verb: str, line: Line, before: dict) -> None:
    id = line.entry["stream"]
    present = now.things[id]
    if verb == "created" and not present.is_deleted:
        result.deleted.add(id)
        result.fields.pop(id, None)
    elif verb == "deleted" and present.is_deleted:
        if _is_taken(now, kind, id):
            result.conflicts.add(("name_taken", id))
        else:
            result.restored.add(id)
            result.fields.setdefault(id, {})["status"] = ("DELETED", before["status"])
    elif verb == "updated":
        for name in {*line.entry["data"], *line.sealed} & set(FIELDS[kind]):
            given = line.sealed[name] if name in line.sealed else line.entry["data"][name]
            planned = result.fields.get(id, {}).get(name)
            current = planned[1] if planned else present.fields[name]
            if current != given:
                result.conflicts.add(("changed_since", id))
            elif current != before[name]:
                was = planned[0] if planned else current
                result.fields.setdefault(id, {})[name] = (was, before[name])


def _is_taken(now: Model, kind: str, id: str) -> bool:
    """Whether somebody living has its address, or a group its name."""
    name, thing = UNIQUE[kind], now.things[id]
    return any(other.kind == kind and other.place == thing.place and now.lives(other.id)
               and folded(other.fields[name]) == folded(thing.fields[name]) for other in now.things.values())
