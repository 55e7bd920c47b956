package import Identity
package import Views
import Wire

/// Somebody who could do at a place what a scope names: a client by its scopes, or a person by a role.
package struct ScopeHolder: Sendable {
    package enum Source: Sendable {
        case allowedScopes(ClientID)
        case role(RoleGrantID, RoleGrant.Role, of: UserID)
    }

    package let source: Source
    /// Where it stands: at the place that is asked about, or above.
    package let place: Place
    /// The scope that it holds, which is the one that is asked about or stands for that.
    package let scope: String
}

/// Those who hold a scope at a place, the nearest first.
package struct ScopeHolders: Sendable {
    /// How many clients and grants of roles are looked at.
    package static let candidatesMax = 10_000

    package fileprivate(set) var holders: [ScopeHolder] = []
    /// Whether these are all; else there are at least so many.
    package var isWhole: Bool { candidates <= Self.candidatesMax }
    fileprivate var candidates = 0

    fileprivate var candidatesLeft: Int { max(0, Self.candidatesMax - candidates) }
}

extension RowReader {
    /// Who could do at a place what a scope names: those of the place and of those above it, as long as they and their
    /// path are active.
    package func holders(of scope: String, at place: Place) throws -> ScopeHolders {
        var found = ScopeHolders()
        let isPlaceActive = try isActive(place)
        for home in try [place] + above(place) where try isActive(home) {
            // An organization's clients hold nothing of ours.
            // An application of a partner acts in the tenants of the partner, that of the platform on the platform.
            if home.level == .platform || isPlaceActive {
                try add(Application.self, to: &found, holding: scope, at: home)
                try add(Agent.self, to: &found, holding: scope, at: home)
            }
            try addPeople(to: &found, holding: scope, at: home)
        }
        return found
    }

    private func add<R: OAuthClient>(
        _ kind: R.Type,
        to found: inout ScopeHolders,
        holding scope: String,
        at home: Place,
    ) throws {
        guard R.standsIn.contains(home.level) else { return }
        var query = ListQuery(home, FacetKey("status", Status.active.rawValue))
        query.perPage = found.candidatesLeft
        let page = try list(kind, query)
        found.candidates += page.total
        for client in page.items {
            guard let held = giving(scope, among: client.state.tokenTerms.scopes, at: home) else { continue }
            found.holders.append(ScopeHolder(source: .allowedScopes(R.clientID(client.id)), place: home, scope: held))
        }
    }

    private func addPeople(to found: inout ScopeHolders, holding scope: String, at home: Place) throws {
        var known: Set<UserID> = []
        for role in RoleGrant.Role.allCases {
            guard let held = giving(scope, among: role.scopes, at: home) else { continue }
            var query = ListQuery(home, FacetKey("role", role.rawValue))
            query.perPage = found.candidatesLeft
            let page = try list(RoleGrant.self, query)
            found.candidates += page.total
            for grant in page.items {
                guard let user = grant.state.userID, try resource(user)?.state.status == .active,
                    known.insert(user).inserted
                else { continue }
                found.holders.append(ScopeHolder(source: .role(grant.id, role, of: user), place: home, scope: held))
            }
        }
    }

    private func giving(_ scope: String, among held: [String], at place: Place) -> String? {
        Scope.giving(scope, among: held, at: place.level, ownScopes: ownScopes)
    }

    /// The entry that gave it the scope, nil where that lies too many versions back.
    package func index(of holder: ScopeHolder) throws -> UInt64? {
        switch holder.source {
        case .allowedScopes(.application(let id)): try scopesSince(id)[holder.scope]
        case .allowedScopes(.agent(let id)): try scopesSince(id)[holder.scope]
        case .allowedScopes(.organizationClient(let id)): try scopesSince(id)[holder.scope]
        case .role(let id, _, _): try since(id) { $0.state.life == .living }
        }
    }
}
