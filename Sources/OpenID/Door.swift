import Engine
package import Identity
import Views
import Wire

/// Where a client knocks: at the platform, at one tenant, or at the root, which serves each client as its own door
/// would.
package enum Door: Sendable {
    case platform
    case tenant(slug: String)
    case root

    /// The chain of the door; `nil` when no tenant has that slug now.
    package func chain(_ facts: some Facts) throws -> Place? {
        switch self {
        case .platform, .root: return .platform
        case .tenant(let slug):
            guard let id = try facts.holder(ofSlug: slug, among: Tenant.self),
                let tenant = try facts.resource(id), tenant.state.status != .deleted,
                tenant.state.slug.bytesEqual(slug),
                try facts.lives(tenant.place)
            else { return nil }
            return .tenant(id)
        }
    }

    /// The issuer that an application has behind this door.
    ///
    /// - Throws: at any door that is not its own it is nobody (decision 14 of the contract).
    package func issuer(for application: Versioned<Application>, _ facts: some Facts) throws -> Place {
        let notServed = Rejection(
            .forbidden(),
            "invalid_client",
            "This client is not served here; use the endpoints of the tenant, or the platform, that it belongs to"
        )
        switch (self, application.state.level) {
        case (.platform, .global), (.root, .global):
            return .platform
        case (.root, .tenant):
            return application.place
        case (.tenant, .tenant):
            guard let asked = try chain(facts), asked == application.place else { throw notServed }
            return asked
        case (.tenant, .partner):
            guard let asked = try chain(facts), case .tenant(let id) = asked,
                let partner = application.place.partnerID, try facts.partner(of: id) == partner
            else { throw notServed }
            return asked
        case (.platform, .tenant), (.platform, .partner), (.tenant, .global), (.root, .partner):
            throw notServed
        }
    }
}
