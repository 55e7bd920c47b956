package import Identity
package import Views
package import Wire

extension Plan {
    /// What the entries that a command has decided on would change.
    ///
    /// - Parameters:
    ///   - base: the state that was decided on.
    ///   - home: where who decides is at home.
    ///   - opening: opens what is sealed of the state, for a plan that is shown: that is a plan with the values before,
    ///     and with what stands in places that come or go. Nil where only its digest is asked for.
    package init(
        of events: [Event],
        from base: some RowReader,
        now: Instant,
        home: Place,
        opening: PlanTask.Opening? = nil,
    ) throws {
        self.init()
        let planned = PlannedFacts(over: base, now: now, home: home, from: try base.size)
        try planned.apply(events)
        for (stream, own) in Self.streams(of: events) {
            guard let first = own.first?.type else { continue }
            let (version, fields): (UInt64, [PlannedField]) =
                if let kind = first.changedKind {
                    try kind.accept(FieldsOf(stream, own, base, planned, opening))
                } else if let relation = first.changedRelation {
                    try relation.accept(EndsOf(stream, own, base))
                } else {
                    (0, [])
                }
            let change = PlannedChange(
                resource: stream,
                kind: first.noun,
                verb: first.verb,
                version: version,
                fields: fields,
                events: own
            )
            changes.append(change)
            if own.contains(where: { $0.type.effect == .deletes }), let kind = first.changedKind,
                let loss = try kind.accept(LossOf(stream, base, now))
            {
                add(loss)
            }
            try consider(change, from: base, to: planned, isTold: opening != nil)
        }
    }

    /// The entries that change a resource or an edge, by their streams, each where it is changed first.
    private static func streams(of events: [Event]) -> [(stream: String, events: [Event])] {
        var streams: [(stream: String, events: [Event])] = []
        var places: [String: Int] = [:]
        for event in events where event.type.changedKind != nil || event.type.changedRelation != nil {
            guard let stream = event.stream else { continue }
            let place = places[stream] ?? streams.count
            if place == streams.count {
                streams.append((stream, []))
                places[stream] = place
            }
            streams[place].events.append(event)
        }
        return streams
    }
}

/// The fields in which a resource is to be another than it is, and the version that it has.
private struct FieldsOf<Base: Facts, After: Facts>: KindVisitor {
    private let stream: String
    private let base: Base
    private let planned: After
    private let opening: PlanTask.Opening?
    /// What the entries bring sealed.
    private let given: [(name: String, value: JSON)]

    init(_ stream: String, _ events: [Event], _ base: Base, _ planned: After, _ opening: PlanTask.Opening?) {
        (self.stream, self.base, self.planned, self.opening) = (stream, base, planned, opening)
        given = events.flatMap(\.sealed).flatMap { $0.fields.map { ($0.name, $0.value) } }
    }

    func visit<R: Resource>(_ kind: R.Type) throws -> (version: UInt64, fields: [PlannedField]) {
        guard let id = Identifier<R>(stream), let after = try planned.resource(id) else { return (0, []) }
        let before = try base.resource(id)
        let fields = try R.fields.compactMap { field in
            try change(of: field, id.text, before.map { field.get($0.state) } ?? .null, field.get(after.state))
        }
        return (before?.version ?? 0, fields)
    }

    private func change<R: Resource>(
        of field: Field<R>,
        _ id: String,
        _ before: JSON,
        _ after: JSON,
    ) throws -> PlannedField? {
        if let key = field.kind.sealing {
            let new = given.last { $0.name == field.name }?.value
            if field.kind.isHidden || new == nil && before == after { return nil }
            let old = try SealedReference(stored: before).flatMap { try opening?($0, key.name(of: id))?[field.name] }
            return PlannedField(field.name, before: old ?? .null, after: new ?? .null)
        }
        // Of what the product keeps for itself moments are shown: they are no secrets.
        if before == after || field.kind.isHidden && !Self.isMoment(before) && !Self.isMoment(after) { return nil }
        return PlannedField(field.name, before: field.kind.shown(before), after: field.kind.shown(after))
    }

    private static func isMoment(_ value: JSON) -> Bool {
        value.text.map { (try? Instant(canonical: $0)) != nil } ?? false
    }
}

/// The ends of an edge that comes or goes, and the version that it has.
private struct EndsOf<Base: RowReader>: RelationVisitor {
    private let stream: String
    private let events: [Event]
    private let base: Base

    init(_ stream: String, _ events: [Event], _ base: Base) {
        (self.stream, self.events, self.base) = (stream, events, base)
    }

    func visit<L: Relation>(_ relation: L.Type) throws -> (version: UInt64, fields: [PlannedField]) {
        let fields = ["from", "to"].compactMap { end -> PlannedField? in
            guard let event = events.last, let value = event.data[end] else { return nil }
            let isThere = event.type.effect == .links
            return PlannedField(end, before: isThere ? .null : value, after: isThere ? value : .null)
        }
        return (try base.length(of: stream), fields)
    }
}

/// What goes with a part that never comes back, and with what vouches for something; nil where nothing does.
private struct LossOf<Base: Facts>: KindVisitor {
    private let stream: String
    private let base: Base
    private let now: Instant

    init(_ stream: String, _ base: Base, _ now: Instant) { (self.stream, self.base, self.now) = (stream, base, now) }

    func visit<R: Resource>(_ kind: R.Type) throws -> Loss? {
        guard try before(kind)?.vouches(at: now) ?? false else { return nil }
        return Loss(.tokens, of: stream)
    }

    func visit<R: Part>(part kind: R.Type) throws -> Loss? {
        guard R.returns == nil, let state = try before(kind) else { return nil }
        return Loss(.secrets, of: state.owner)
    }

    private func before<R: Resource>(_ kind: R.Type) throws -> R? {
        try Identifier<R>(stream).flatMap { try base.resource($0) }?.state
    }
}
