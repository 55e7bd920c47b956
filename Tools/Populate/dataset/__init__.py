"""A data set of partners, tenants, people, groups and applications: made from a seed, loaded over HTTP.

    data = generate(Sizes(partners=3, tenants=60, people=50_000), seed=7)
    loaded = load(Client(url, client_id, client_secret), data)

The same seed and sizes are the same data set, on every machine. Identifiers and times are the server's own.
"""

from .generating import generate
from .loading import Loaded, load
from .shapes import DataSet, Membership, Ref, Role, Sizes, Thing
from .talking import Client, Refused, Request, Talk

__all__ = [
    "Client", "DataSet", "Loaded", "Membership", "Ref", "Refused", "Request", "Role", "Sizes", "Talk", "Thing",
    "generate", "load",
]
