/// What a proven caller may do to our own API: scopes, each at a place and at everything below it.
package struct Authority: Sendable, Equatable {
    /// Scopes at one place.
    package struct Grant: Sendable, Equatable {
        package let place: Place
        package let scopes: [String]
        /// Whether they are those of an API key, which count by their own names at the platform too, where tokens need
        /// one of `admin:read` and `admin:write`.
        package let isOfKey: Bool

        package init(_ scopes: [String], at place: Place, isOfKey: Bool = false) {
            self.place = place
            self.scopes = scopes
            self.isOfKey = isOfKey
        }

        /// `admin:write` over the platform holds every scope in it.
        fileprivate func holds(_ scope: String) -> Bool {
            switch place {
            case .platform: Scope.holds(scopes, Scope.adminWrite) || Scope.holds(scopes, scope)
            case .partner, .tenant: Scope.holds(scopes, scope)
            }
        }

        /// Whether it opens an endpoint somewhere: at the platform `admin:` scopes do, below it those of the area.
        fileprivate func opens(_ permission: Permission) -> Bool {
            let opening = isOfKey ? permission.scopesOfKeys(at: place.level) : permission.scopes(at: place.level)
            return opening.contains { Scope.holds(scopes, $0) }
        }

        /// Authority is computed from where the target stands, never from anything the request says about itself.
        fileprivate func reaches(_ target: Place, _ facts: some Facts) throws -> Bool {
            switch (place, target) {
            case (.platform, .platform), (.platform, .partner), (.platform, .tenant): true
            case (.partner(let own), .partner(let other)): own == other
            case (.partner(let own), .tenant(let tenant)): try facts.partner(of: tenant) == own
            case (.tenant(let own), .tenant(let other)): own == other
            case (.partner, .platform), (.tenant, .platform), (.tenant, .partner): false
            }
        }
    }

    package let grants: [Grant]

    package init(_ grants: [Grant]) { self.grants = grants }

    /// Scopes at one place.
    package init(_ scopes: [String], at place: Place) { self.init([Grant(scopes, at: place)]) }

    /// Who has proven nothing may do nothing.
    package static let none = Authority([])

    /// The operator at the machine itself, for commands that are run beside the server.
    package static let operatorAtTheMachine = Authority([Scope.adminWrite], at: .platform)

    /// The same where tenants are called clusters: there an API key writes them by that name.
    package var overClusters: Authority {
        Authority(
            grants.map { grant in
                let writes = grant.isOfKey && Scope.holds(grant.scopes, Scope.Area.clusters.scope(.write))
                let more = writes ? [Tenant.area.scope(.write)] : []
                return Grant(grant.scopes + more, at: grant.place, isOfKey: grant.isOfKey)
            }
        )
    }

    /// The highest places it reaches, each with all that is below it.
    package var places: [Place] { grants.map(\.place) }

    package var reachesPlatform: Bool { places.contains(.platform) }

    /// The gate before the body is read: whether this caller may do such a thing at all.
    package func require(_ permission: Permission) throws(Rejection) {
        if grants.contains(where: { $0.opens(permission) }) { return }
        if let key = grants.first(where: \.isOfKey) {
            // Such a thing is not done from where the key's workspace stands, whatever it has.
            throw Scope.holds(key.scopes, permission.scope) ? .accessDenied : .keyScopeMissing(permission)
        }
        throw reachesPlatform ? .platformScopeMissing(permission) : .scopeMissing(permission, at: places)
    }

    package func reaches(_ place: Place, _ facts: some Facts) throws -> Bool {
        try grants.contains { try $0.reaches(place, facts) }
    }

    package func require(_ place: Place, _ facts: some Facts) throws {
        guard try reaches(place, facts) else { throw Rejection.accessDenied }
    }

    /// Whether it may do such a thing at a place.
    package func may(_ permission: Permission, at place: Place, _ facts: some Facts) throws -> Bool {
        try grants.contains { try $0.opens(permission) && $0.reaches(place, facts) }
    }

    /// An actor never hands on a scope that opens something of ours and that it does not hold itself, there.
    package func requireGrantable(_ granted: [String], at place: Place, _ facts: some Facts) throws {
        guard try mayGrant(granted, at: place, facts) else { throw Rejection.accessDenied }
    }

    /// Whether it holds all of these scopes that open something of ours, there.
    package func mayGrant(_ granted: [String], at place: Place, _ facts: some Facts) throws -> Bool {
        for scope in granted
        where Scope.isManagement(scope) || facts.ownScopes.contains(where: { $0.isSame(as: scope) }) {
            guard try grants.contains(where: { try $0.holds(scope) && $0.reaches(place, facts) }) else { return false }
        }
        return true
    }

    /// Whether it holds a scope over the whole platform.
    package func holdsEverywhere(_ scope: String) -> Bool {
        grants.contains { $0.place == .platform && Scope.holds($0.scopes, scope) }
    }
}

extension Rejection {
    /// The contract's words, to the letter.
    package static func platformScopeMissing(_ permission: Permission) -> Self {
        Self(
            .forbidden(missing: permission.scopes(at: .platform)),
            "insufficient_scope",
            "Platform token requires admin:read or admin:write scope"
        )
    }

    /// The contract's words for API keys.
    fileprivate static func keyScopeMissing(_ permission: Permission) -> Self {
        Self(
            .forbidden(missing: [permission.scope]),
            "insufficient_scope",
            "API key does not have the required scope: \(permission.scope)"
        )
    }

    /// The same for what acts at a partner or a tenant: where its place may do such things, the scope that it lacks.
    fileprivate static func scopeMissing(_ permission: Permission, at places: [Place]) -> Self {
        let missing = places.first.map { permission.scopes(at: $0.level) } ?? []
        return Self(.forbidden(missing: missing), accessDenied.code, accessDenied.detail)
    }
}

extension String {
    fileprivate func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
