package import Wire

// Whose workspace is out of the caller's reach learns nothing of it: what is there is not found (decision 36 of the
// contract).
extension APIKey {
    /// A key about to be: its beginning, and the hash of its secret.
    package struct New: Sendable {
        package let id: APIKeyID
        package let beginning: String
        package let secret: Secret.New

        package init(id: APIKeyID, beginning: String, secret: Secret.New) {
            (self.id, self.beginning, self.secret) = (id, beginning, secret)
        }
    }

    /// Makes a key in a workspace, with no more than its maker holds there.
    ///
    /// - Parameter workspace: nil is the caller's own: the highest place that it reaches.
    package static func mint(
        _ changes: Changes<APIKey>,
        as new: New,
        in workspace: Place?,
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let place = workspace ?? authority.places.first ?? .platform
        let key = changes.applied(to: APIKey())
        try requireSound(key, at: place, now)
        guard try facts.lives(place), try authority.reaches(place, facts) else {
            throw Rejection.notFound("workspace")
        }
        try authority.require(.writes(APIKey.self), at: place, facts)
        try authority.requireGrantable(key.scopes, at: place, facts)
        try facts.requireActive(place)
        try key.requireFits()
        var data = changes.data(creating: key)
        data.append("prefix", .string(new.beginning))
        switch place {
        case .platform: break
        case .partner(let id): data.append("partner_id", .string(id.text))
        case .tenant(let id): data.append("tenant_id", .string(id.text))
        }
        return [event(.created, new.id, in: place, data: data), new.secret.created(for: new.id, chain: place)]
    }

    /// Names it anew, or gives it other scopes: fewer, or such as the caller holds.
    package static func update(
        _ id: APIKeyID,
        _ changes: Changes<APIKey>,
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let current = try usable(id, now: now, by: authority, facts)
        let next = changes.applied(to: current.state)
        try requireKnown(next.scopes, at: current.place)
        let kept = Set(current.state.scopes.map { Array($0.utf8) })
        let added = next.scopes.filter { !kept.contains(Array($0.utf8)) }
        try authority.requireGrantable(added, at: current.place, facts)
        try next.requireFits()
        let data = changes.data(against: current.state)
        return [event(data.count == 0 ? .read : .updated, id, in: current.place, data: data)]
    }

    /// Puts another secret in place, and the old one is dead at once: scopes and end stay.
    package static func rotate(
        _ id: APIKeyID,
        to new: Secret.New,
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let current = try usable(id, now: now, by: authority, facts)
        // Whoever receives the secret holds all that the key opens: receiving it is being granted that.
        try authority.requireGrantable(current.state.scopes, at: current.place, facts)
        return try [new.created(for: id, chain: current.place)]
            + Secret.known(of: id, in: current.place, facts).map { Secret.event(.retired, $0.id, in: current.place) }
    }

    /// Ends it; what was made with it stays.
    package static func revoke(
        _ id: APIKeyID,
        now: Instant,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let current = try usable(id, now: now, by: authority, facts)
        return [revoked(id, in: current.place, now)]
    }

    /// Ends a key that somebody has found, if it can still be used: whoever knows it whole could use it as well
    /// (decision 45 of the contract).
    package static func endLeaked(_ id: APIKeyID, now: Instant, facts: some Facts) throws -> [Event] {
        guard let key = try facts.resource(id), key.state.standing(at: now) == .active else { return [] }
        return [revoked(id, in: key.place, now)]
    }

    private static func revoked(_ id: APIKeyID, in place: Place, _ now: Instant) -> Event {
        event(.revoked, id, in: place, data: ["revoked_at": .string(now.text)])
    }

    /// A key that the caller may change, as long as it is in use.
    private static func usable(
        _ id: APIKeyID,
        now: Instant,
        by authority: Authority,
        _ facts: some Facts,
    ) throws -> Versioned<APIKey> {
        let key = try facts.living(id)
        guard try authority.reaches(key.place, facts) else { throw Rejection.notFound(noun) }
        try authority.require(.writes(APIKey.self), at: key.place, facts)
        switch key.state.standing(at: now) {
        case .active: return key
        case .revoked: throw Rejection(.conflict, "api_key_revoked", "The API key is revoked")
        case .expired: throw Rejection(.conflict, "api_key_expired", "The API key has expired")
        }
    }

    private static func requireSound(_ key: APIKey, at place: Place, _ now: Instant) throws(Rejection) {
        if key.standing(at: now) == .expired {
            throw .invalid("expires_at", "Input should be a time that is yet to come")
        }
        try requireKnown(key.scopes, at: place)
    }

    private static func requireKnown(_ scopes: [String], at place: Place) throws(Rejection) {
        let issues = scopes.enumerated().compactMap { position, scope -> FieldIssue? in
            let isOfPlatform = scope == Scope.adminRead || scope == Scope.adminWrite
            let location = ["body", "scopes", String(position)]
            if isOfPlatform, place != .platform {
                return FieldIssue(location, "\(scope) is for keys of the platform", "value_error")
            }
            return Scope.isKnown(scope) ? nil : FieldIssue(location, "There is no scope '\(scope)'", "enum")
        }
        if !issues.isEmpty { throw .invalid(issues) }
    }
}
