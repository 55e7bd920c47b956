import Wire

/// What a proven caller may do to our own API: how far it reaches and with which scopes.
package struct Authority: Sendable, Equatable {
    package enum Reach: Sendable, Equatable {
        case platform
        case tenant(TenantID)
    }

    package let reach: Reach
    package let scopes: [String]

    package init(reach: Reach, scopes: [String]) {
        self.reach = reach
        self.scopes = scopes
    }

    /// The operator at the machine itself, for commands that are run beside the server.
    package static let operatorAtTheMachine = Authority(reach: .platform, scopes: [Scope.adminWrite])

    /// The gate before the body is read: whether this caller may do such a thing at all.
    package func gate(_ area: Scope.Area, _ right: Scope.Right) -> Rejection? {
        switch reach {
        case .platform:
            let wanted = right == .read ? Scope.adminRead : Scope.adminWrite
            return Scope.holds(scopes, wanted) ? nil : Self.platformScopeMissing
        case .tenant:
            switch (area, right) {
            // A tenant reads itself; what it is and may use is decided above it.
            case (.tenants, .write), (.partners, _), (.signingKeys, _), (.audit, .write): return .accessDenied
            case (.tenants, .read), (.applications, _), (.audit, .read):
                return Scope.holds(scopes, Scope.native(area, right)) ? nil : .accessDenied
            }
        }
    }

    /// The contract's words, to the letter.
    package static let platformScopeMissing = Rejection(
        .denied,
        "insufficient_scope",
        "Platform token requires admin:read or admin:write scope",
    )

    /// Authority is computed from where the target stands, never from anything the request says about itself.
    package func reaches(_ chain: Chain) -> Bool {
        switch (reach, chain) {
        case (.platform, _): true
        case (.tenant(let own), .tenant(let target)): own == target
        case (.tenant, .platform), (.tenant, .partner): false
        }
    }

    package func require(_ chain: Chain) throws(Rejection) {
        guard reaches(chain) else { throw .accessDenied }
    }

    /// An actor never hands on a management scope that it does not hold itself.
    package func requireGrantable(_ granted: [String]) throws(Rejection) {
        for scope in granted where Scope.isManagement(scope) {
            // `admin:write` over the platform holds every scope in it.
            if reach == .platform, Scope.holds(scopes, Scope.adminWrite) { continue }
            guard Scope.holds(scopes, scope) else { throw .accessDenied }
        }
    }
}
