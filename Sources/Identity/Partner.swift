import Wire

/// A partner: a company that runs tenants of its own, within the limits it was given.
package struct Partner: Resource {
    package static let noun = "partner"

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
        .sealed("contact_email", \.contactEmail, .email, "Where to reach the partner."),
        .number("max_tenants", \.tenantsMax, .limit, "How many tenants it may have; null is no limit."),
        .number("max_users_per_tenant", \.usersPerTenantMax, .limit, "Users in each tenant; null is no limit."),
        .number(
            "max_applications_per_tenant",
            \.applicationsPerTenantMax,
            .limit,
            "Applications in each tenant; null is no limit."
        ),
    ]

    package var memberships: [Membership] { memberships(owned: []) }
    package var searchText: [String] { [name, slug] }
}

extension Partner {
    package static func register(
        _ changes: Changes<Partner>,
        as id: PartnerID,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try authority.require(.platform)
        try requireFree(changes, for: id, facts: facts)
        try changes.applied(to: Partner()).requireFits()
        return [
            Event(
                .partnerCreated,
                chain: .partner(id),
                stream: id.text,
                data: changes.data(against: nil),
                sealed: changes.notes(of: id)
            ),
            Event(.platformPartnerAdded, chain: .platform, data: ["partner": .string(id.text)]),
        ]
    }

    package static func update(
        _ id: PartnerID,
        _ changes: Changes<Partner>,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try authority.require(.platform)
        let partner = try facts.living(id)
        try partner.require(ifVersion)
        try requireFree(changes, for: id, facts: facts)
        try changes.applied(to: partner.state).requireFits()
        let data = changes.data(against: partner.state)
        let notes = changes.notes(of: id)
        if data.count == 0, notes.isEmpty { return [] }
        return [Event(.partnerUpdated, chain: .partner(id), stream: id.text, data: data, sealed: notes)]
    }

    /// Deletes a partner; with `cascade` everything below it too, as one command.
    package static func delete(
        _ id: PartnerID,
        cascade: Bool,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try authority.require(.platform)
        let partner = try facts.living(id)
        try partner.require(ifVersion)
        let own = Membership("partner_id", id.text)
        let tenants = try facts.count(Tenant.self, in: own)
        let applications = try facts.count(Application.self, in: own)
        guard cascade || tenants + applications == 0 else {
            throw Rejection(
                .conflict,
                "partner_not_empty",
                "Partner has \(tenants) tenants and \(applications) applications; delete them first or send cascade=true",
            )
        }
        var events: [Event] = []
        for tenant in try facts.members(Tenant.self, of: own, limit: Batch.entriesMax) {
            events += try Tenant.deletion(of: tenant.id, facts: facts)
            try Batch.requireFits(events.count)
        }
        events += try facts.members(Application.self, of: own, limit: Batch.entriesMax).map {
            Event(.applicationDeleted, chain: .partner(id), stream: $0.id.text)
        }
        events.append(Event(.partnerDeleted, chain: .partner(id), stream: id.text))
        try Batch.requireFits(events.count)
        return events
    }

    private static func requireFree(_ changes: Changes<Partner>, for id: PartnerID, facts: some Facts) throws {
        guard let slug = changes["slug"]?.text else { return }
        try facts.requireFree(slug: slug, for: id)
    }
}
