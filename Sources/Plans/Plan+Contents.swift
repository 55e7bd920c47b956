import Identity
import Views
import Wire

extension Plan {
    /// How many credentials are named that come or go with a place.
    package static let carriedMax = 1_000

    /// Adds what a change brings with it: what does not come back or ends, what stands in a place that comes or goes.
    ///
    /// - Parameter isTold: whether somebody is shown it; the last of these is only shown, and takes time.
    mutating func consider(
        _ change: PlannedChange,
        from base: some RowReader,
        to planned: some Facts,
        isTold: Bool = true,
    ) throws {
        for event in change.events where event.type.effect == .deletes {
            guard let kind = event.type.changedKind, event.stream.map({ !$0.bytesEqual(change.resource) }) ?? false,
                try kind.accept(IsLost())
            else { continue }
            add(Loss(.secrets, of: change.resource))
        }
        guard let kind = Kind(rawValue: change.kind) else { return }
        let passage = try kind.accept(PassageOf(id: change.resource, base: base, planned: planned))
        for issued in passage.issued { add(Loss(issued == .tokens ? .tokens : .sessions, of: change.resource)) }
        if let place = passage.deletedIn { try end(partsOf: change, in: place, planned) }
        guard isTold, let place = passage.place else { return }
        try carry(place, isBack: passage.isBack, base, planned)
    }

    /// What hangs on a resource that is deleted itself is over with it.
    private mutating func end(partsOf change: PlannedChange, in place: Place, _ planned: some Facts) throws {
        let limit = max(1, Self.carriedMax - returns.count - ends.count)
        let parts = try Kind.allCases.flatMap {
            try $0.accept(
                PartsOf(owner: change.resource, noun: change.kind, place: place, facts: planned, limit: limit)
            )
        }
        if parts.isEmpty { return }
        add(Loss(.secrets, of: change.resource))
        ends += parts
    }

    /// Names the credentials in a place and below it, and counts what stands there.
    private mutating func carry(
        _ place: Place,
        isBack: Bool,
        _ base: some RowReader,
        _ planned: some Facts,
    ) throws {
        for inner in try base.places(in: place, at: Place.Level.allCases, Life.allCases).places.map(\.place) {
            guard try isBack ? planned.lives(inner) : base.lives(inner) else { continue }
            for kind in Kind.allCases {
                let limit = Self.carriedMax - returns.count - ends.count
                let found = try kind.accept(ContentsOf(place: inner, facts: planned, limit: max(0, limit)))
                if isBack { returns += found.carried } else { ends += found.carried }
                if found.count == 0 { continue }
                if let known = contents.firstIndex(where: { $0.kind == kind }) {
                    contents[known].count += found.count
                } else {
                    contents.append((kind, found.count))
                }
            }
        }
    }
}

/// Whether what was taken away of a kind never comes back.
private struct IsLost: KindVisitor {
    func visit<R: Resource>(_ kind: R.Type) -> Bool { false }
    func visit<R: Part>(part kind: R.Type) -> Bool { R.returns == nil }
}

/// What becomes of a resource by a plan, as far as others depend on it.
private struct Passage {
    /// What was issued for it and is over.
    var issued: [Issued] = []
    /// The place that it is, where that comes back or stops.
    var place: Place?
    var isBack = false
    /// Where it stands, where it is deleted.
    var deletedIn: Place?
}

private struct PassageOf<Base: Facts, After: Facts>: KindVisitor {
    let id: String
    let base: Base
    let planned: After

    func visit<R: Resource>(_ kind: R.Type) -> Passage { Passage() }

    func visit<R: ManagedResource>(managed kind: R.Type) throws -> Passage {
        guard let id = Identifier<R>(id), let after = try planned.resource(id) else { return Passage() }
        let before = try base.resource(id)
        let (was, isNow) = (before?.state.status == .active, after.state.status == .active)
        var passage = Passage()
        let isBroken =
            was && !isNow || before?.state.life == .deleted || before.map { $0.place != after.place } ?? false
        if isBroken { passage.issued = R.issued }
        let isDeleted = before?.state.life == .living && after.state.life == .deleted
        if isDeleted { passage.deletedIn = after.place }
        guard R.isPlace != nil, before != nil, was != isNow || isDeleted else { return passage }
        passage.place = after.chain
        passage.isBack = isNow
        return passage
    }
}

/// The credentials that hang on a resource, and that never come back once they are gone.
private struct PartsOf<F: Facts>: KindVisitor {
    let owner: String
    let noun: String
    let place: Place
    let facts: F
    let limit: Int

    func visit<R: Resource>(_ kind: R.Type) throws -> [Carried] { [] }

    func visit<R: Part>(part kind: R.Type) throws -> [Carried] {
        guard R.returns == nil, R.standsIn.contains(place.level) else { return [] }
        // A part is kept in the set of what it hangs on, which is named for the field that says so.
        let parts = try facts.members(kind, in: place, FacetKey(noun + "_id", owner), limit: limit).items
        return parts.map { Carried(resource: $0.id.text, kind: R.noun, owner: owner) }
    }
}

private struct ContentsOf<F: Facts>: KindVisitor {
    let place: Place
    let facts: F
    let limit: Int

    func visit<R: Resource>(_ kind: R.Type) throws -> (count: Int, carried: [Carried]) {
        guard R.standsIn.contains(place.level), R.isPlace == nil else { return (0, []) }
        return (try facts.count(kind, in: place), [])
    }

    func visit<R: Part>(part kind: R.Type) throws -> (count: Int, carried: [Carried]) {
        guard R.returns == nil, R.standsIn.contains(place.level) else { return (0, []) }
        let found = try facts.members(kind, in: place, .all, limit: limit).items
        return (0, found.map { Carried(resource: $0.id.text, kind: R.noun, owner: $0.state.owner) })
    }
}
