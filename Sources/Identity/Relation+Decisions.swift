package import Wire

extension Relation {
    /// Adds a member, or says that it is one already, which changes nothing.
    package static func add(
        _ member: String,
        to id: Identifier<Container>,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let container = try facts.living(id)
        try authority.require(.writes(Container.self), at: container.place, facts)
        let end = try self.member(member, in: container.place, facts)
        if try facts.isLinked(self, from: id.text, to: member) { return [] }
        if end == Container.kind { try requireNoCycle(member, id.text, facts) }
        guard try facts.containerCount(self, of: member) < EdgeLimits.containersMax else {
            throw Rejection.invalid(
                "member_id",
                "One member is in at most \(EdgeLimits.containersMax) \(Container.area.word)"
            )
        }
        return [try event(.added, from: id.text, to: member, in: container.place, facts)]
    }

    /// Removes a member; what is none is not found.
    package static func remove(
        _ member: String,
        from id: Identifier<Container>,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        let container = try facts.living(id)
        try authority.require(.writes(Container.self), at: container.place, facts)
        _ = try self.member(member, in: container.place, facts)
        guard try facts.isLinked(self, from: id.text, to: member) else { throw Rejection.notFound("member") }
        return [try event(.removed, from: id.text, to: member, in: container.place, facts)]
    }

    private static func event(
        _ verb: Verb,
        from: String,
        to: String,
        in place: Place,
        _ facts: some Facts,
    ) throws -> Event {
        Event(
            entry(verb),
            chain: place,
            stream: facts.stream(of: self, from: from, to: to),
            data: ["from": .string(from), "to": .string(to)]
        )
    }

    /// What a member is: something of a kind that may be one, alive, in the same place.
    ///
    /// What stands elsewhere is not there, whoever asks.
    private static func member(_ id: String, in place: Place, _ facts: some Facts) throws -> Kind {
        for kind in memberKinds where try facts.place(ofLiving: id, kind) == place { return kind }
        throw Rejection.notFound("member")
    }

    /// A container that stood in itself, through others or at once, would have members without end.
    private static func requireNoCycle(_ member: String, _ id: String, _ facts: some Facts) throws {
        var above = [id]
        var looked: Set<String> = [id]
        while let next = above.popLast() {
            guard next != member else {
                throw Rejection(.conflict, "membership_cycle", "The \(Container.noun) would be a member of itself")
            }
            for container in try facts.containers(self, of: next) where looked.insert(container).inserted {
                above.append(container)
            }
            guard looked.count <= EdgeLimits.nestedMax else {
                throw Rejection(
                    .limit,
                    "nesting_too_wide",
                    "The \(Container.noun) stands in more than \(EdgeLimits.nestedMax) others"
                )
            }
        }
    }
}
