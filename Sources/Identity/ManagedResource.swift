package import Wire

/// A resource that administrators list, create, read, change and delete.
///
/// What all of them have in common is decided here; a resource adds its own rules, and what else it writes.
package protocol ManagedResource: Resource where Verb: LifeVerb {
    /// Where a new one is to stand.
    static func place(of new: Self) throws(Rejection) -> Place
    /// Rules that hold between its fields.
    static func requireSound(_ state: Self) throws(Rejection)
    /// Refuses where a place holds as many of them as its limit allows.
    static func requireQuota(in place: Place, _ facts: some Facts) throws
    /// Whether a change makes it usable in a way in which it was not: then who makes it must hold all of its power.
    static func makesUsable(_ next: Self, from current: Self, by changes: Changes<Self>) -> Bool
    /// The scopes that one can act with beside its own: of what hangs on it.
    static func morePower(of resource: Versioned<Self>, _ facts: some Facts) throws -> [String]
    /// What else is written when one is back.
    static func alongside(restored resource: Versioned<Self>, _ facts: some Facts) throws -> [Event]
    /// The fields that callers below the place of one are shown; none where it is not seen from below.
    static var shownBelow: [any PartialKeyPath<Self> & Sendable] { get }
    /// Another word that stands for its area in paths; nil where there is none.
    static var pathAlias: String? { get }
    /// Names under which answers tell its identifier once more, as a contract wants it.
    static var moreShown: [(name: String, summary: String)] { get }
    /// Rules that hold before one is suspended or deleted.
    static func requireMayStop(_ resource: Versioned<Self>, _ facts: some Facts) throws
    /// What is issued for one, and ends when it is suspended, deleted or moved.
    static var issued: [Issued] { get }
    /// Whether it comes back suspended where whoever restores it may not hand out what it can do.
    static var comesBackSuspended: Bool { get }
    /// Whether any of them has a secret, which is shown once.
    static var hasSecret: Bool { get }
    /// Whether a new one comes with a secret.
    static func comesWithSecret(_ changes: Changes<Self>) -> Bool
    /// Whether it is written in another contract's words alone; then the admin API shows it and no more.
    static var isWrittenElsewhere: Bool { get }
    /// What a change may also do, for the sentence of its endpoint.
    static var alsoChanges: String? { get }

    /// - Parameter secret: the first secret of what comes with one, made by the caller.
    static func register(
        _ changes: Changes<Self>,
        as id: Identifier<Self>,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event]

    static func update(
        _ id: Identifier<Self>,
        _ changes: Changes<Self>,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event]

    /// - Parameter cascade: deletes it with all that stands in it.
    static func delete(
        _ id: Identifier<Self>,
        cascade: Bool,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event]
}

extension ManagedResource {
    package static func requireSound(_ state: Self) throws(Rejection) {}
    package static func requireQuota(in place: Place, _ facts: some Facts) throws {}
    package static func morePower(of resource: Versioned<Self>, _ facts: some Facts) throws -> [String] { [] }
    package static func alongside(restored resource: Versioned<Self>, _ facts: some Facts) throws -> [Event] { [] }
    package static func makesUsable(_ next: Self, from current: Self, by changes: Changes<Self>) -> Bool {
        current.status != .active && next.status == .active
    }
    package static func requireMayStop(_ resource: Versioned<Self>, _ facts: some Facts) throws {}
    package static var issued: [Issued] { [] }
    package static var comesBackSuspended: Bool { false }
    package static var pathAlias: String? { nil }
    package static var shownBelow: [any PartialKeyPath<Self> & Sendable] { [] }
    package static var moreShown: [(name: String, summary: String)] { [] }
    package static var hasSecret: Bool { false }
    package static var isWrittenElsewhere: Bool { false }
    package static var alsoChanges: String? { nil }
    package static func comesWithSecret(_ changes: Changes<Self>) -> Bool { false }

    package static func register(
        _ changes: Changes<Self>,
        as id: Identifier<Self>,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try registration(of: changes, as: id, secret: secret, by: authority, facts: facts)
    }

    package static func update(
        _ id: Identifier<Self>,
        _ changes: Changes<Self>,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try change(of: facts.living(id), changes, ifVersion: ifVersion, by: authority, facts: facts)
    }

    package static func delete(
        _ id: Identifier<Self>,
        cascade: Bool,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let current = try facts.living(id)
        try authority.require(.writes(Self.self), at: current.place, facts)
        try current.require(ifVersion)
        try requireMayStop(current, facts)
        // Deletion is by path: what stands below is gone with it and back with it, so one entry says all.
        if !cascade { try current.requireEmpty(facts) }
        return [event(.deleted, id, in: current.chain)]
    }
}

extension ManagedResource {
    /// Brings a deleted one back as it was: suspended if it was that.
    ///
    /// It asks what registering it would ask now: the right, the power that it holds, the limits, and free names. What
    /// ``comesBackSuspended`` is suspended rather than refused for want of the power.
    ///
    /// - Parameter texts: its sealed texts that must be unique, opened by the caller.
    package static func restore(
        _ id: Identifier<Self>,
        texts: Members,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        guard let resource = try facts.resource(id), resource.state.life == .deleted else {
            throw Rejection.notFound(noun)
        }
        let place = resource.place
        try authority.require(.writes(Self.self), at: place, facts)
        try facts.requireMayStart(resource, by: authority)
        let power = try resource.state.power + morePower(of: resource, facts)
        let mayUse = try !comesBackSuspended || authority.mayGrant(power, at: place, facts)
        if mayUse { try authority.requireGrantable(power, at: place, facts) }
        try facts.requireActive(place)
        try requireQuota(in: place, facts)
        let unique = fields.compactMap { field -> (field: Field<Self>, text: String)? in
            guard field.index?.isUnique == true else { return nil }
            let text = field.kind.isSealed ? texts[field.name]?.text : field.get(resource.state).text
            return text.map { (field, $0) }
        }
        try facts.requireFree(unique, for: id, in: place)
        let status = resource.suspendedFrom == nil && mayUse ? Status.active : .suspended
        return [event(.restored, id, in: resource.chain, data: ["status": .string(status.rawValue)])]
            + (try alongside(restored: resource, facts))
    }
}

extension ManagedResource {
    static func registration(
        of changes: Changes<Self>,
        as id: Identifier<Self>,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let new = changes.applied(to: Self())
        try requireSound(new)
        let place = try place(of: new)
        try authority.require(.writes(Self.self), at: place, facts)
        try authority.requireGrantable(new.power, at: place, facts)
        try facts.requireActive(place)
        try requireQuota(in: place, facts)
        try facts.requireUnused(id)
        if let secret { try facts.requireUnused(secret.id) }
        try facts.requireFreeSlug(of: changes, for: id)
        try facts.requireFree(changes.uniqueTexts, for: id, in: place)
        try new.requireFits()
        let chain = chain(of: id, in: place)
        let created = event(
            .created,
            id,
            in: chain,
            data: changes.data(creating: new),
            sealed: changes.segments(of: id)
        )
        guard let secret, let owner = ClientID(id.text) else { return [created] }
        return [created, secret.created(for: owner, chain: chain)]
    }

    static func change(
        of current: Versioned<Self>,
        _ changes: Changes<Self>,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let place = current.place
        try authority.require(.writes(Self.self), at: place, facts)
        try current.require(ifVersion)
        let next = changes.applied(to: current.state)
        try requireSound(next)
        if current.state.status != .active, next.status == .active {
            try facts.requireMayStart(current, by: authority)
        }
        if current.state.status == .active, next.status != .active { try requireMayStop(current, facts) }
        if makesUsable(next, from: current.state, by: changes) {
            let power = try next.power + morePower(of: current, facts)
            try authority.requireGrantable(power, at: place, facts)
        } else {
            let kept = Set(current.state.power.map { Array($0.utf8) })
            try authority.requireGrantable(next.power.filter { !kept.contains(Array($0.utf8)) }, at: place, facts)
        }
        try facts.requireFreeSlug(of: changes, for: current.id)
        try facts.requireFree(changes.uniqueTexts, for: current.id, in: place)
        try next.requireFits()
        let data = changes.data(against: current.state)
        let segments = changes.segments(of: current.id)
        if data.count == 0, segments.isEmpty { return [] }
        return [event(.updated, current.id, in: current.chain, data: data, sealed: segments)]
    }
}

extension Authority {
    /// Both in one: the right, in a grant that reaches the place.
    package func require(_ permission: Permission, at place: Place, _ facts: some Facts) throws {
        guard try may(permission, at: place, facts) else { throw Rejection.accessDenied }
    }
}
