package import Wire

/// A resource that hangs on another one and goes by decisions of its own: a secret, a role grant.
package protocol Part: Resource {
    /// The verb of the entry that takes one away.
    static var ends: Verb { get }
    /// The verb of the entry that brings one back; nil where what was taken away never comes back.
    static var returns: Verb? { get }
    /// The right that taking one away, or bringing it back, needs: that over what it hangs on.
    static func permission(over part: Self) -> Permission
    /// Rules that hold before one is taken away.
    static func requireMayEnd(_ part: Versioned<Self>, _ facts: some Facts) throws
}

extension Part {
    package static var isPart: Bool { true }
    package static var returns: Verb? { nil }
    package static func permission(over part: Self) -> Permission { .writes(Self.self) }
    package static func requireMayEnd(_ part: Versioned<Self>, _ facts: some Facts) throws {}

    /// Takes one away.
    package static func end(_ id: Identifier<Self>, by authority: Authority, facts: some Facts) throws -> [Event] {
        let part = try facts.living(id)
        try authority.require(permission(over: part.state), at: part.place, facts)
        try requireMayEnd(part, facts)
        return [event(ends, id, in: part.chain)]
    }

    /// Brings back one that was taken away: whoever does it could hand it out anew.
    package static func bringBack(
        _ id: Identifier<Self>,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        guard let part = try facts.resource(id), part.state.life == .deleted, let returns else {
            throw Rejection.notFound(noun)
        }
        try authority.require(permission(over: part.state), at: part.place, facts)
        try facts.requireMayStart(part, by: authority)
        try authority.requireGrantable(part.state.power, at: part.place, facts)
        if let owner = part.state.owner { try facts.requireLiving(owner) }
        return [event(returns, id, in: part.chain, data: ["status": .string(Status.active.rawValue)])]
    }
}

extension Facts {
    /// - Throws: that there is nothing by that identifier, whatever its kind.
    func requireLiving(_ id: String) throws {
        for kind in Kind.allCases where try place(ofLiving: id, kind) != nil { return }
        throw Rejection.notFound("owner")
    }
}
