import Wire

extension RoleGrant {
    /// Gives a person a role; a person who has it already keeps it, and nothing is written.
    package static func grant(
        _ role: Role,
        to user: UserID,
        as id: RoleGrantID,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let person = try facts.living(user)
        try authority.require(.writes(RoleGrant.self), at: person.place, facts)
        guard role.fits(person.place.level) else {
            throw Rejection.invalid("role", "This role does not fit where the person stands")
        }
        try authority.requireGrantable(role.scopes, at: person.place, facts)
        let held = try facts.members(RoleGrant.self, in: person.place, FacetKey("user_id", user.text), limit: ofOneMax)
        if held.items.contains(where: { $0.state.role == role }) { return [] }
        return [
            event(
                .granted,
                id,
                in: person.place,
                data: ["role": .string(role.rawValue), "user_id": .string(user.text)]
            )
        ]
    }

    /// The last who may do everything keeps that role.
    package static func requireMayEnd(_ grant: Versioned<RoleGrant>, _ facts: some Facts) throws {
        guard grant.state.role == .superAdmin else { return }
        try requireSuperAdmin(besides: { $0.userID == grant.state.userID }, facts)
    }

    /// More than any platform has.
    private static let superAdminsMax = 1_000

    /// - Throws: `last_super_admin` where those who are meant are among the super administrators, and no other active
    ///   person is one.
    static func requireSuperAdmin(besides isMeant: (RoleGrant) -> Bool, _ facts: some Facts) throws {
        let role = FacetKey("role", Role.superAdmin.rawValue)
        let grants = try facts.members(RoleGrant.self, in: .platform, role, limit: superAdminsMax).items
        guard grants.contains(where: { isMeant($0.state) }) else { return }
        for grant in grants where !isMeant(grant.state) {
            guard let id = grant.state.userID, let user = try facts.resource(id) else { continue }
            if user.state.status == .active { return }
        }
        throw Rejection(.conflict, "last_super_admin", "The last super administrator stays: make another one first")
    }
}

extension RoleGrant.Role {
    /// Where those who have it stand.
    func fits(_ level: Place.Level) -> Bool {
        switch self {
        case .superAdmin: level == .platform
        case .partnerAdmin: level == .partner
        case .tenantAdmin: level == .tenant
        }
    }
}
