package import Identity
package import Views
package import Wire

/// What an actor could do at a moment, and which entry gave it each part of that.
package struct ActorAccess: Sendable {
    /// What stood in the way: the actor itself, or a place on its path, that was not active.
    package struct Stop: Sendable {
        package let kind: Kind
        package let id: String
        package let status: Status
        package let index: UInt64?
    }

    package struct HeldRole: Sendable {
        package let id: RoleGrantID
        package let role: RoleGrant.Role
        package let index: UInt64?
    }

    package struct HeldScope: Sendable {
        package let scope: String
        /// The role that holds it; nil of a client's own.
        package let role: RoleGrantID?
        package let index: UInt64?
    }

    package struct LiveSecret: Sendable {
        package let id: SecretID
        package let expiresAt: String?
        package let index: UInt64?
    }

    /// The actor's own first, then upwards; none where it could act.
    package let stops: [Stop]
    package var roles: [HeldRole] = []
    package var scopes: [HeldScope] = []
    package var secrets: [LiveSecret] = []

    package var isActive: Bool { stops.isEmpty }
}

extension RowReader {
    package func access(of user: Versioned<User>) throws -> ActorAccess {
        var access = ActorAccess(stops: try stops(of: user))
        let grants = try members(
            RoleGrant.self,
            in: user.place,
            FacetKey("user_id", user.id.text),
            limit: RoleGrant.ofOneMax
        )
        for grant in grants.items {
            let index = try since(grant.id) { $0.state.life == .living }
            access.roles.append(ActorAccess.HeldRole(id: grant.id, role: grant.state.role, index: index))
            access.scopes += grant.state.role.scopes.map {
                ActorAccess.HeldScope(scope: $0, role: grant.id, index: index)
            }
        }
        return access
    }

    /// - Parameter moment: when a secret must not have ended yet.
    package func access<R: OAuthClient>(of client: Versioned<R>, at moment: Instant) throws -> ActorAccess {
        var access = ActorAccess(stops: try stops(of: client))
        let since = try scopesSince(client.id)
        access.scopes = client.state.power.map {
            ActorAccess.HeldScope(scope: $0, role: nil, index: since[$0])
        }
        access.secrets = try Secret.known(of: R.clientID(client.id), in: client.place, self)
            .filter { $0.state.isLive(at: moment) }
            .map { ActorAccess.LiveSecret(id: $0.id, expiresAt: $0.state.expiresAt, index: $0.createdIndex) }
        return access
    }

    /// The entries since which a client has had its scopes, as long as these are not too many versions back.
    func scopesSince<R: OAuthClient>(_ id: Identifier<R>) throws -> [String: UInt64] {
        var (since, held, looked): ([String: UInt64], Set<String>?, Int) = ([:], nil, 0)
        try walkVersions(of: id) { index, version in
            looked += 1
            // Scopes are ASCII, so that Swift's equality of texts is equality of bytes.
            let present = version.state.power
            let scopes = held.map { $0.intersection(present) } ?? Set(present)
            held = scopes
            let isTooFar = looked > HistoryLimits.versionsMax
            for scope in scopes { since[scope] = isTooFar ? nil : index }
            return !scopes.isEmpty && !isTooFar
        }
        return since
    }

    private func stops<R: Resource>(of actor: Versioned<R>) throws -> [ActorAccess.Stop] {
        let path = try [actor.place] + above(actor.place)
        return try ([stop(actor.id)] + path.map { try stop($0) }).compactMap(\.self)
    }

    private func stop(_ place: Place) throws -> ActorAccess.Stop? {
        switch place {
        case .platform: nil
        case .partner(let id): try stop(id)
        case .tenant(let id): try stop(id)
        }
    }

    private func stop<R: Resource>(_ id: Identifier<R>) throws -> ActorAccess.Stop? {
        guard let status = try resource(id)?.state.status, status != .active else { return nil }
        let index = try since(id) { $0.state.status == status }
        return ActorAccess.Stop(kind: R.kind, id: id.text, status: status, index: index)
    }
}
