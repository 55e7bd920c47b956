/// What a caller must be allowed to do before a request is looked at: a right in an area of the API.
package struct Permission: Sendable, Equatable {
    package let area: Scope.Area
    package let right: Scope.Right
    /// The lowest kind of place from which this can be used at all.
    package let lowest: Place.Level
    /// An area whose scopes do as well, of tokens.
    private(set) var also: Scope.Area?

    /// Reading is open to the places such things stand in, and to each place itself.
    package static func reads<R: Resource>(_ kind: R.Type) -> Self {
        let levels = R.standsIn + [R.isPlace].compactMap(\.self)
        return Self(area: R.area, right: .read, lowest: levels.min() ?? .platform)
    }

    /// What a place is and may use is decided above it.
    package static func writes<R: Resource>(_ kind: R.Type) -> Self {
        Self(area: R.area, right: .write, lowest: R.standsIn.min() ?? .platform)
    }

    package static let readsAudit = Self(area: .audit, right: .read, lowest: .tenant)

    /// Tenants as the clusters of a workspace: a name that API keys have for them.
    package static let readsClusters = Self(area: .clusters, right: .read, lowest: .tenant, also: Tenant.area)

    /// Whoever has clusters is above them.
    package static let writesClusters = Self(area: .clusters, right: .write, lowest: .partner, also: Tenant.area)

    package var scope: String { area.scope(right) }

    /// The scopes of which a token of a place of this level needs one.
    package func scopes(at level: Place.Level) -> [String] {
        if level == .platform { return right == .read ? [Scope.adminRead, Scope.adminWrite] : [Scope.adminWrite] }
        return level < lowest ? [] : [scope] + (also.map { [$0.scope(right)] } ?? [])
    }

    /// The same of an API key: the scope has one name at every level, and `admin:` scopes stand for it at the platform.
    func scopesOfKeys(at level: Place.Level) -> [String] {
        level < lowest ? [] : (level == .platform ? scopes(at: level) : []) + [scope]
    }
}
