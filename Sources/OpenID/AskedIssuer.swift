import Engine
package import Identity
import Views
import Wire

/// The issuer that a client asks, as the address of the request names it.
///
/// That is the platform, one tenant by its slug, or the root, which serves each client as the client's own issuer.
package enum AskedIssuer: Sendable {
    case platform
    case tenant(slug: String)
    case root
    /// The root, for a token that is to act in one tenant of the client's partner, named by its slug or identifier.
    case rootFor(tenant: String)

    /// The place of the issuer; `nil` when no tenant has that slug now.
    package func place(_ facts: some Facts) throws -> Place? {
        switch self {
        case .platform, .root: .platform
        case .tenant(let slug): try Self.tenant(slug, facts).map(Place.tenant)
        case .rootFor(let name): try Self.tenant(called: name, facts).map(Place.tenant)
        }
    }

    private static func tenant(called name: String, _ facts: some Facts) throws -> TenantID? {
        guard let id = TenantID(name) else { return try tenant(name, facts) }
        return try facts.place(ofLiving: name, .tenant) == nil ? nil : id
    }

    private static func tenant(_ slug: String, _ facts: some Facts) throws -> TenantID? {
        guard let id = try facts.holder(ofSlug: slug, among: Tenant.self), let tenant = try facts.resource(id),
            tenant.state.status != .deleted, tenant.state.slug.bytesEqual(slug), try facts.lives(tenant.place)
        else { return nil }
        return id
    }

    /// The place whose issuer serves a client that asks here.
    ///
    /// - Throws: a client is not known to any issuer but its own (decision 14 of the contract).
    package func place(serving client: ClientState, _ facts: some Facts) throws -> Place {
        let notServed = Rejection(
            .forbidden(),
            "invalid_client",
            "This client is not served here; use the endpoints of the tenant, or the platform, that it belongs to"
        )
        switch (self, client.place) {
        case (.platform, _) where client.id.isServedAtRoot, (.tenant, _) where client.id.isServedAtRoot:
            throw notServed
        case (.platform, .platform), (.root, .platform), (.rootFor, .platform):
            return .platform
        case (.root, .tenant), (.root, .partner):
            return client.place
        case (.tenant, .tenant), (.rootFor, .tenant):
            guard let asked = try place(facts), asked == client.place else { throw notServed }
            return asked
        case (.tenant, .partner(let partner)), (.rootFor, .partner(let partner)):
            guard let asked = try place(facts), case .tenant(let id) = asked, try facts.partner(of: id) == partner
            else { throw notServed }
            return asked
        case (.platform, .tenant), (.platform, .partner), (.tenant, .platform):
            throw notServed
        }
    }
}
