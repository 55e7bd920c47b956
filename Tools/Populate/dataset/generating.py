"""The data set of a seed: pure, so that nothing but the seed and the sizes decides what is in it."""

from .dice import Dice
from .names import ascii_letters, name, written
from .shapes import DataSet, Membership, Ref, Role, Sizes, Thing

PLATFORM_STAFF = 4
PARTNER_STAFF = 3
TENANT_ADMINS = 2
#: The number of the person who is in every tenant.
CONSULTANT = 3
COMPANIES = ("Nørrebro Energi", "Zürich Logistik", "北方物流", "Café Müller", "شركة النور", "Łódź Textiles", "Acme",
             "Ostrava Ocel", "Πειραιάς Shipping", "서울 전자", "São Jorge", "O'Brien & Daughters", "Hôtel de l'Étoile",
             "Владивосток Порт", "Umeå Skog", "मुंबई Foods", "Reykjavík Data", "Chişinău Vin", "Kraków Szkło")
UNITS = ("Sales", "Équipe commerciale", "Kundendienst", "人事", "Ingénierie", "Finance", "الدعم", "Logística",
         "Forschung", "Security", "Лаборатория", "Marketing", "Übersetzung", "Facilities", "Legal", "Produção")
#: A group has at most so many others at once below it, so that trees of groups grow deep.
BRANCHES = 3
PEOPLE_PER_GROUP = 20
GROUPS_MAX = 240
SCOPES = ("openid", "profile", "email", "orders:read", "orders:write", "invoices:read", "reports:read")
LEVELS = ("GLOBAL", "PARTNER", "TENANT")
TYPES = ("SERVICE", "WEB", "SPA", "NATIVE")


def generate(sizes: Sizes, seed: int) -> DataSet:
    """Each part has dice of its own, so that more of one leaves the others as they were."""
    data = DataSet(seed, sizes)
    dice = Dice(seed)
    places, people, groups, applications = dice.split(), dice.split(), dice.split(), dice.split()
    _places(data, places)
    _people(data, people)
    for tenant, members in data.by_tenant("user").items():
        _groups(data, tenant, [person.key for person in members], groups.split())
    _applications(data, applications)
    return data


def head_counts(people: int, tenants: int) -> list[int]:
    """How many stand in each tenant: a fifth of all in the first, then ever fewer, and nobody in the last.

    Whole numbers alone decide it, so that it is the same on every machine.
    """
    weights = [1_000_000 // ((rank + 3) * (rank + 8)) for rank in range(1, tenants - 1)]
    counts = [people // 5] + [people * 4 * weight // (5 * sum(weights)) for weight in weights] + [0]
    counts[0] += people - sum(counts)
    return counts


def _places(data: DataSet, dice: Dice) -> None:
    for number in range(1, data.sizes.partners + 1):
        slug = f"partner-{data.seed}-{number}"
        body = {"name": written(f"{dice.pick(COMPANIES)} Partners {number}", dice), "slug": slug,
                "contact_email": f"office@{slug}.example"}
        data.things.append(Thing("partner", f"partner {number}", body))
    for number in range(1, data.sizes.tenants + 1):
        slug = f"tenant-{data.seed}-{number}"
        body = {"name": written(f"{dice.pick(COMPANIES)} {number}", dice), "slug": slug,
                "partner_id": Ref(f"partner {1 + (number - 1) % data.sizes.partners}")}
        if dice.once_in(2):
            body["contact_email"] = f"kontakt@{slug}.example"
        if dice.once_in(3):
            body["settings"] = {"locale": dice.pick(("da-DK", "pl-PL", "ja-JP", "ar-EG")), "seats": dice.below(900)}
        if dice.once_in(5):
            body["branding"] = {"title": written("Café", dice), "colour": f"#{dice.below(1 << 24):06x}"}
        data.things.append(Thing("tenant", f"tenant {number}", body))


def _people(data: DataSet, dice: Dice) -> None:
    for number in range(1, PLATFORM_STAFF + 1):
        role = "super_admin" if number == 1 else ""
        _add(data, f"platform person {number}", {}, "staff.example", number, role, dice)
    for partner in range(1, data.sizes.partners + 1):
        home, domain = {"partner_id": Ref(f"partner {partner}")}, f"partner-{data.seed}-{partner}.example"
        for number in range(1, PARTNER_STAFF + 1):
            role = "partner_admin" if number == 1 else ""
            _add(data, f"partner {partner} person {number}", home, domain, number, role, dice)
    people = max(0, data.sizes.people - len(data.of("user")))
    for tenant, count in enumerate(head_counts(people, data.sizes.tenants), start=1):
        home, domain = {"tenant_id": Ref(f"tenant {tenant}")}, f"tenant-{data.seed}-{tenant}.example"
        for number in range(1, count + 1):
            role = "tenant_admin" if number <= TENANT_ADMINS else ""
            _add(data, f"tenant {tenant} person {number}", home, domain, number, role, dice)


def _add(data: DataSet, key: str, home: dict, domain: str, number: int, role: str, dice: Dice) -> None:
    who = name(dice)
    address = f"{who.spelt}{number}@{domain}"
    if dice.once_in(9):
        address = address.title()
    if dice.once_in(40):
        # An address may be of any letters; the number keeps it one of a kind, whatever its case and form.
        address = written(f"josé+{number}.ß@{domain}", dice)
    if number == CONSULTANT and "tenant_id" in home:
        # One works for all of them, and has the same address everywhere.
        address = "consultant@everywhere.example"
    body = home | {"email": address}
    if not dice.once_in(30):
        body |= {"first_name": who.first, "last_name": who.last}
    if dice.once_in(3):
        body["display_name"] = f"{who.first[:60]} {who.last}"
    if role:
        data.roles.append(Role(key, role))
    elif dice.once_in(25):
        body["status"] = "SUSPENDED"
    data.things.append(Thing("user", key, body))


def _groups(data: DataSet, tenant: str, people: list[str], dice: Dice) -> None:
    """A tree with a few more edges: some groups stand in two others, and some people in several groups."""
    count = min(GROUPS_MAX, 1 + len(people) // PEOPLE_PER_GROUP)
    keys = [f"{tenant} group {number}" for number in range(count)]
    for number, key in enumerate(keys):
        unit = "Everyone" if number == 0 else f"{dice.pick(UNITS)} {number}"
        body = {"tenant_id": Ref(tenant), "name": written(unit, dice)}
        if dice.once_in(3):
            body["description"] = written(f"Décrit ce que fait {unit}", dice)
        if dice.once_in(6):
            body["group_type"] = "DISTRIBUTION_LIST"
        if dice.once_in(30):
            body["status"] = "SUSPENDED"
        data.things.append(Thing("group", key, body))
        if number > 0:
            # Parents come before their children, so that no circle closes.
            parents = {(number - 1) // BRANCHES} | ({dice.below(number)} if dice.once_in(7) else set())
            data.memberships += [Membership(keys[parent], key) for parent in sorted(parents)]
    for person in people:
        for group in dice.some(keys, dice.pick((0, 1, 1, 1, 1, 1, 2, 3))):
            data.memberships.append(Membership(group, person))


def _applications(data: DataSet, dice: Dice) -> None:
    """One of each type at each level, and a few more in every tenant."""
    tenants = [tenant.key for tenant in data.of("tenant")]
    partners = [partner.key for partner in data.of("partner")]
    wanted = [(level, kind, dice.pick({"GLOBAL": [""], "PARTNER": partners, "TENANT": tenants}[level]))
              for level in LEVELS for kind in TYPES]
    wanted += [("TENANT", dice.pick(TYPES), tenant) for tenant in tenants for _ in range(dice.below(3))]
    for number, (level, kind, owner) in enumerate(wanted, start=1):
        word = ascii_letters(dice.pick(UNITS)) or "app"
        body = {"name": written(f"{dice.pick(UNITS)} {kind.lower()} {number}", dice), "application_type": kind,
                "scope": level, "allowed_scopes": dice.some(SCOPES, 1 + dice.below(4))}
        if owner:
            body["partner_id" if level == "PARTNER" else "tenant_id"] = Ref(owner)
        if kind != "SERVICE":
            body["redirect_uris"] = [f"https://{word}-{number}.example/callback"]
        if kind == "SPA":
            body["allowed_origins"] = [f"https://{word}-{number}.example"]
        if dice.once_in(3):
            body["token_lifetime"] = 60 + dice.below(7_000)
        if dice.once_in(4):
            body["description"] = written("Relève ce qui est à facturer", dice)
        if dice.once_in(12):
            body["status"] = "SUSPENDED"
        data.things.append(Thing("application", f"application {number}", body))
