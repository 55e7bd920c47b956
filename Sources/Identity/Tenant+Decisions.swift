import Wire

extension Tenant {
    package static func place(of new: Tenant) throws(Rejection) -> Place {
        guard let partner = new.partnerID else { throw .notFound(Partner.noun) }
        return .partner(partner)
    }

    package static let issued = [Issued.tokens, .sessions]

    package static var alsoChanges: String? { "another partner_id moves it to that partner" }

    package static func requireQuota(in place: Place, _ facts: some Facts) throws {
        guard case .partner(let id) = place, let most = try facts.active(id).state.tenantsMax else { return }
        guard Int64(try facts.count(Tenant.self, in: place)) < most else {
            throw Rejection(.limit, "max_tenants_reached", "Partner tenant limit reached")
        }
    }

    package static func register(
        _ changes: Changes<Tenant>,
        as id: TenantID,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let events = try registration(of: changes, as: id, secret: secret, by: authority, facts: facts)
        let partner = try place(of: changes.applied(to: Tenant()))
        return events + [Event(Partner.entry(.tenantAdded), chain: partner, data: ["tenant": .string(id.text)])]
    }

    package static func update(
        _ id: TenantID,
        _ changes: Changes<Tenant>,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let tenant = try facts.living(id)
        var own = changes
        own.remove(\.partnerID)
        var events = try change(of: tenant, own, ifVersion: ifVersion, by: authority, facts: facts)
        if let target = changes[\.partnerID]?.text.flatMap({ PartnerID($0) }), .partner(target) != tenant.place {
            events += try transfer(tenant, to: target, by: authority, facts)
        }
        return events
    }

    /// One batch in three chains.
    ///
    /// The tenant's own chain neither breaks nor is renamed.
    private static func transfer(
        _ tenant: Versioned<Tenant>,
        to target: PartnerID,
        by authority: Authority,
        _ facts: some Facts,
    ) throws -> [Event] {
        let (origin, place) = (tenant.place, Place.partner(target))
        try authority.require(.writes(Tenant.self), at: place, facts)
        try facts.requireActive(place)
        try requireQuota(in: place, facts)
        let moved: Members = [
            "heads": try facts.heads(of: tenant.chain), "tenant": .string(tenant.id.text),
        ]
        return [
            Event(Partner.entry(.tenantRemoved), chain: origin, data: moved),
            event(
                .transferred,
                tenant.id,
                in: tenant.chain,
                data: ["from": .string(origin.text), "to": .string(target.text)]
            ),
            Event(Partner.entry(.tenantAdded), chain: place, data: moved),
        ]
    }
}
