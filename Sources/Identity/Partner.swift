import Wire

/// A partner: a company that runs tenants of its own, within the limits it was given.
package struct Partner: ManagedResource {
    package static let kind = Kind.partner
    package static let area = Scope.Area("partners")
    package static let standsIn = [Place.Level.platform]
    package static let isPlace: Place.Level? = .partner

    package var name = ""
    package var slug = ""
    package var status = Status.active
    package var contactEmail: SealedReference?
    package var tenantsMax: Int64?
    package var usersPerTenantMax: Int64?
    package var applicationsPerTenantMax: Int64?

    package init() {}

    package static let fields: [Field<Partner>] = [
        .text("name", \.name, .name, need: .required, "The partner's name."),
        .text("slug", \.slug, .slug, need: .required, "A short name, unique among partners, for ever."),
        .choice("status", \.status, settable: Status.settable, "ACTIVE or SUSPENDED."),
        .sealed("contact_email", \.contactEmail, .email, key: .notes, "Where to reach the partner."),
        .number("max_tenants", \.tenantsMax, .limit, "How many tenants it may have; null is no limit."),
        .number("max_users_per_tenant", \.usersPerTenantMax, .limit, "Users in each tenant; null is no limit."),
        .number(
            "max_applications_per_tenant",
            \.applicationsPerTenantMax,
            .limit,
            "Applications in each tenant; null is no limit."
        ),
    ]
    package static let facets: [Facet<Partner>] = [Facet(\.status)]

    package var searchText: [String] { [name, slug] }

    package func place(chain: Place) -> Place { .platform }
    package static func chain(of id: PartnerID, in place: Place) -> Place { .partner(id) }

    package enum Verb: String, LifeVerb {
        case created, updated, deleted, restored, read, listed
        case tenantAdded = "tenant_added"
        case tenantRemoved = "tenant_removed"

        package var effect: Effect {
            switch self {
            case .created: .creates
            case .updated: .updates
            case .deleted: .deletes
            case .restored: .restores
            case .tenantAdded, .tenantRemoved: .records
            case .read, .listed: .happens
            }
        }

        package var sentence: String {
            switch self {
            case .created: "A partner was registered."
            case .updated: "A partner was changed."
            case .deleted: "A partner was deleted, and with it all that stands below it."
            case .restored: "A deleted partner is back, and with it all that stands below it."
            case .tenantAdded: "A tenant joined the partner."
            case .tenantRemoved: "A tenant left the partner."
            case .read: "Somebody read a partner."
            case .listed: "Somebody listed partners."
            }
        }
    }
}

extension Partner {
    package static func place(of new: Partner) throws(Rejection) -> Place { .platform }

    package static let issued = [Issued.tokens, .sessions]

    package static func register(
        _ changes: Changes<Partner>,
        as id: PartnerID,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try registration(of: changes, as: id, secret: secret, by: authority, facts: facts)
            + [Event(PlatformSubject.entry(.partnerAdded), chain: .platform, data: ["partner": .string(id.text)])]
    }
}
