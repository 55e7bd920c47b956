import Wire

/// A role that a person holds; the person's entry never lists it, so granting leaves the person's version alone.
package struct RoleGrant: Part {
    package static let kind = Kind.role
    package static let area = Scope.Area("roles")
    package static let standsIn = Place.Level.allCases
    package static let ends = Verb.revoked
    package static let returns: Verb? = .restored

    package enum Role: String, Sendable, CaseIterable {
        case superAdmin = "super_admin"
        case partnerAdmin = "partner_admin"
        case tenantAdmin = "tenant_admin"

        /// What the role holds at the place of its holder, and below it.
        package var scopes: [String] {
            switch self {
            case .superAdmin: [Scope.adminWrite]
            // What a place is and may use is decided above it.
            case .partnerAdmin, .tenantAdmin: Scope.managedBelowPlatform
            }
        }
    }

    /// More than there are roles.
    package static let ofOneMax = 16

    package var userID: UserID?
    package var role = Role.tenantAdmin
    package var status = Status.active

    package init() {}

    package static let fields: [Field<RoleGrant>] = [
        .identifier("user_id", \.userID, need: .internalOnly, "Who holds it."),
        .choice("role", \.role, need: .internalOnly, "super_admin, partner_admin or tenant_admin."),
        .choice("status", \.status, need: .internalOnly, "ACTIVE or DELETED."),
    ]

    package static let facets: [Facet<RoleGrant>] = [Facet(\.role), Facet(\.userID)]

    package var owner: String? { userID?.text }

    package var power: [String] { role.scopes }

    package enum Verb: String, EntryVerb {
        case granted, revoked, restored

        package var effect: Effect {
            switch self {
            case .granted: .creates
            case .revoked: .deletes
            case .restored: .restores
            }
        }

        package var sentence: String {
            switch self {
            case .granted: "A person was given a role."
            case .revoked: "A role was taken from a person."
            case .restored: "A person has a role again that was taken away."
            }
        }
    }
}
