import Wire

/// A tenant: one customer's own room, with its users and applications, under a partner.
package struct Tenant: Resource {
    package static let noun = "tenant"

    package var name = ""
    package var slug = ""
    package var status = Status.active
    package var partnerID: PartnerID?
    package var contactEmail: SealedReference?
    package var settings: String?
    package var branding: String?

    package init() {}

    package static let fields: [Field<Tenant>] = [
        .text("name", \.name, .name, need: .required, "The tenant's name."),
        .text(
            "slug",
            \.slug,
            .slug,
            need: .required,
            "A short name, unique among tenants, for ever; it stands in sign-in URLs."
        ),
        .choice("status", \.status, settable: Status.settable, "ACTIVE or SUSPENDED."),
        .identifier(
            "partner_id",
            \.partnerID,
            need: .required,
            "The partner it belongs to; a PATCH moves it to another."
        ),
        .sealed("contact_email", \.contactEmail, .email, "Where to reach the tenant."),
        .optionalText("settings", \.settings, .object, "The tenant's settings."),
        .optionalText("branding", \.branding, .object, "How the tenant's pages look."),
    ]

    package var memberships: [Membership] {
        memberships(owned: partnerID.map { [Membership("partner_id", $0.text)] } ?? [])
    }
    package var searchText: [String] { [name, slug] }
}

extension Tenant {
    package static func register(
        _ changes: Changes<Tenant>,
        as id: TenantID,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try authority.require(.platform)
        guard let partnerID = changes["partner_id"]?.text.flatMap({ PartnerID($0) }) else {
            throw Rejection.notFound(Partner.noun)
        }
        try requireRoom(in: partnerID, facts: facts)
        if let slug = changes["slug"]?.text { try facts.requireFree(slug: slug, for: id) }
        try changes.applied(to: Tenant()).requireFits()
        return [
            Event(
                .tenantCreated,
                chain: .tenant(id),
                stream: id.text,
                data: changes.data(against: nil),
                sealed: changes.notes(of: id)
            ),
            Event(.partnerTenantAdded, chain: .partner(partnerID), data: ["tenant": .string(id.text)]),
        ]
    }

    package static func update(
        _ id: TenantID,
        _ changes: Changes<Tenant>,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try authority.require(.platform)
        let tenant = try facts.living(id)
        try tenant.require(ifVersion)
        if let slug = changes["slug"]?.text { try facts.requireFree(slug: slug, for: id) }
        var own = changes
        own.remove("partner_id")
        try own.applied(to: tenant.state).requireFits()
        var events: [Event] = []
        let data = own.data(against: tenant.state)
        let notes = own.notes(of: id)
        if data.count > 0 || !notes.isEmpty {
            events.append(Event(.tenantUpdated, chain: .tenant(id), stream: id.text, data: data, sealed: notes))
        }
        if let target = changes["partner_id"]?.text.flatMap({ PartnerID($0) }), target != tenant.state.partnerID {
            events += try transfer(tenant, to: target, facts: facts)
        }
        return events
    }

    /// Deletes a tenant; with `cascade` its applications too, as one command.
    package static func delete(
        _ id: TenantID,
        cascade: Bool,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try authority.require(.platform)
        let tenant = try facts.living(id)
        try tenant.require(ifVersion)
        let applications = try facts.count(Application.self, in: Membership("tenant_id", id.text))
        guard cascade || applications == 0 else {
            throw Rejection(
                .conflict,
                "tenant_not_empty",
                "Tenant has \(applications) applications; delete them first or send cascade=true",
            )
        }
        let events = try deletion(of: id, facts: facts)
        try Batch.requireFits(events.count)
        return events
    }

    static func deletion(of id: TenantID, facts: some Facts) throws -> [Event] {
        let own = Membership("tenant_id", id.text)
        let applications = try facts.members(Application.self, of: own, limit: Batch.entriesMax + 1)
        return applications.map { Event(.applicationDeleted, chain: .tenant(id), stream: $0.id.text) }
            + [Event(.tenantDeleted, chain: .tenant(id), stream: id.text)]
    }

    /// One batch in three chains.
    ///
    /// The tenant's own chain neither breaks nor is renamed.
    private static func transfer(
        _ tenant: Versioned<Tenant>,
        to target: PartnerID,
        facts: some Facts,
    ) throws -> [Event] {
        guard let origin = tenant.state.partnerID else { throw Rejection.notFound(Partner.noun) }
        try requireRoom(in: target, facts: facts)
        let moved: Members = [
            "heads": try facts.heads(of: .tenant(tenant.id)), "tenant": .string(tenant.id.text),
        ]
        return [
            Event(.partnerTenantRemoved, chain: .partner(origin), data: moved),
            Event(
                .tenantTransferred,
                chain: .tenant(tenant.id),
                stream: tenant.id.text,
                data: ["from": .string(origin.text), "to": .string(target.text)]
            ),
            Event(.partnerTenantAdded, chain: .partner(target), data: moved),
        ]
    }

    private static func requireRoom(in id: PartnerID, facts: some Facts) throws {
        let partner = try facts.active(id)
        guard let most = partner.state.tenantsMax else { return }
        let present = try facts.count(Tenant.self, in: Membership("partner_id", id.text))
        guard Int64(present) < most else {
            throw Rejection(.limit, "max_tenants_reached", "Partner tenant limit reached")
        }
    }
}
