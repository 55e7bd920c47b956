"""What a data set consists of, before any server has given it identifiers."""

from dataclasses import dataclass, field

#: The kinds in the order in which they are made: each names only what stands before it.
KINDS = ("partner", "tenant", "user", "group", "application")

#: The path of each kind in the admin API.
PATHS = {"partner": "/partners", "tenant": "/tenants", "user": "/users", "group": "/groups",
         "application": "/applications"}


@dataclass(frozen=True)
class Sizes:
    """How much there is of what; everything else follows."""

    partners: int = 3
    tenants: int = 60
    people: int = 50_000

    def __post_init__(self) -> None:
        for name, least in (("partners", 1), ("tenants", 3), ("people", 20)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}: at least {least}")


@dataclass(frozen=True)
class Ref:
    """Stands in a body for the identifier of another thing of the data set."""

    key: str


@dataclass(frozen=True)
class Thing:
    """One resource: what is sent to make it, under a name of its own within the data set."""

    kind: str
    key: str
    body: dict


@dataclass(frozen=True)
class Membership:
    """A person or a group in a group, each by its key."""

    group: str
    member: str


@dataclass(frozen=True)
class Role:
    """A role that a person is to hold, where the person stands."""

    person: str
    role: str


@dataclass
class DataSet:
    """Everything, in the order in which it can be made."""

    seed: int
    sizes: Sizes
    things: list[Thing] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)

    def of(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind == kind]

    def by_tenant(self, kind: str) -> dict[str, list[Thing]]:
        """Those of a kind that stand in tenants, by the key of the tenant."""
        found: dict[str, list[Thing]] = {}
        for thing in self.of(kind):
            if "tenant_id" in thing.body:
                found.setdefault(thing.body["tenant_id"].key, []).append(thing)
        return found

    @property
    def counts(self) -> dict[str, int]:
        counts = {kind: len(self.of(kind)) for kind in KINDS}
        return counts | {"membership": len(self.memberships), "role": len(self.roles)}
