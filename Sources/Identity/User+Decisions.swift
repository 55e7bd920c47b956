import Wire

extension User {
    package static func place(of new: User) throws(Rejection) -> Place {
        if let tenant = new.tenantID { return .tenant(tenant) }
        if let partner = new.partnerID { return .partner(partner) }
        return .platform
    }

    package static func requireSound(_ user: User) throws(Rejection) {
        guard user.tenantID == nil || user.partnerID == nil else {
            throw .invalid("partner_id", "The partner of a tenant's person is the tenant's")
        }
    }

    package static func requireQuota(in place: Place, _ facts: some Facts) throws {
        guard case .tenant(let id) = place, let partner = try facts.partner(of: id),
            let most = try facts.active(partner).state.usersPerTenantMax
        else { return }
        guard Int64(try facts.count(User.self, in: place)) < most else {
            throw Rejection(.limit, "max_users_reached", "Tenant user limit reached")
        }
    }

    package static let issued = [Issued.sessions]
    package static let comesBackSuspended = true

    /// The last who may do everything stays.
    package static func requireMayStop(_ user: Versioned<User>, _ facts: some Facts) throws {
        try RoleGrant.requireSuperAdmin(besides: { $0.userID == user.id }, facts)
    }

    /// A person acts with the roles that hang on it.
    package static func morePower(of user: Versioned<User>, _ facts: some Facts) throws -> [String] {
        let roles = try facts.members(
            RoleGrant.self,
            in: user.place,
            FacetKey("user_id", user.id.text),
            limit: RoleGrant.ofOneMax
        )
        return roles.items.flatMap(\.state.role.scopes)
    }

    /// Whoever moves a person's address can sign in as that person one day.
    package static func makesUsable(_ next: User, from current: User, by changes: Changes<User>) -> Bool {
        current.status != .active && next.status == .active || changes[\.email] != nil
    }

    /// The first person of a platform, with the right to everything.
    package static func firstAdministrator(
        _ id: UserID,
        role: RoleGrantID,
        email: String,
        passwordHash: String,
    ) -> [Event] {
        [
            event(
                .created,
                id,
                in: .platform,
                data: ["must_change_password": false],
                sealed: [
                    seal(["email": .string(email)], of: id, .profile),
                    seal(["password": .string(passwordHash)], of: id, .secrets),
                ]
            ),
            RoleGrant.event(
                .granted,
                role,
                in: .platform,
                data: ["role": .string(RoleGrant.Role.superAdmin.rawValue), "user_id": .string(id.text)]
            ),
        ]
    }

    /// A one-time password, given by the operator at the machine: it must be changed at the next sign-in.
    package static func recover(_ id: UserID, passwordHash: String, facts: some Facts) throws -> [Event] {
        let user = try facts.living(id)
        return [
            event(
                .passwordReset,
                id,
                in: user.chain,
                data: ["must_change_password": true],
                sealed: [seal(["password": .string(passwordHash)], of: id, .secrets)]
            )
        ]
    }

    private static func seal(_ fields: Members, of id: UserID, _ key: SealingKey) -> Event.Sealed {
        Event.Sealed(subject: id.text, key: key.name(of: id.text), fields: fields)
    }

    /// Erases what is sealed about a person: the entries that come before the destruction of each of its data keys.
    ///
    /// - Parameters:
    ///   - why: at most 255 bytes, in clear for ever.
    ///   - exists: whether there is a data key of that name, which was not destroyed.
    package static func erase(
        _ id: UserID,
        why: String,
        facts: some Facts,
        where exists: (String) -> Bool,
    ) throws -> [Event] {
        guard try facts.resource(id) != nil else { throw Rejection.notFound(noun) }
        return SealingKey.allCases.map { $0.name(of: id.text) }.filter(exists).map { key in
            Event(
                DataKeySubject.entry(.destroyed),
                chain: .platform,
                data: ["key": .string(key), "why": .string(why)]
            )
        }
    }
}
