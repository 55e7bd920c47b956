import Wire

/// A role that a person holds; the person's entry never lists it, so granting leaves the person's version alone.
package struct RoleGrant: Resource {
    package static let noun = "role"

    package enum Role: String, Sendable, CaseIterable {
        case superAdmin = "super_admin"
        case partnerAdmin = "partner_admin"
        case tenantAdmin = "tenant_admin"
    }

    package var userID: UserID?
    package var role = Role.tenantAdmin
    package var status = Status.active

    package init() {}

    package static let fields: [Field<RoleGrant>] = [
        .identifier("user_id", \.userID, need: .internalOnly, "Who holds it."),
        .choice("role", \.role, need: .internalOnly, "super_admin, partner_admin or tenant_admin."),
        .choice("status", \.status, need: .internalOnly, "ACTIVE or DELETED."),
    ]

    package var memberships: [Membership] {
        memberships(
            owned: [Membership("role", role.rawValue)] + (userID.map { [Membership("user_id", $0.text)] } ?? [])
        )
    }
    package var searchText: [String] { [] }
}
