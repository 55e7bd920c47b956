import Folding
package import Identity
package import Wire

/// The state as it would be after what a plan has decided so far: later decisions are asked of it.
///
/// It stands over the facts of one moment and writes nothing, so the rules that the API asks are asked here, unchanged.
package final class PlannedFacts<Base: Facts>: Facts {
    private let base: Base
    private let now: Instant
    /// Where who makes the changes is at home.
    private let home: Place
    /// Entries get numbers that no entry has, in their order.
    private var nextIndex: UInt64
    private var resources: [String: any Sendable] = [:]
    private var changed: [Kind: [String]] = [:]
    private var counts: [String: Int] = [:]
    private var edges = PlannedEdges()
    private var texts = PlannedTexts()

    package init(over base: Base, now: Instant, home: Place, from index: UInt64) {
        (self.base, self.now, self.home, nextIndex) = (base, now, home, index)
    }

    /// The same facts with a layer for what is tried.
    func attempt() -> PlannedFacts<PlannedFacts<Base>> {
        PlannedFacts<PlannedFacts<Base>>(over: self, now: now, home: home, from: nextIndex)
    }

    /// Folds what was decided.
    func apply(_ events: [Event]) throws {
        for event in events {
            defer { nextIndex += 1 }
            if let kind = event.type.changedKind {
                try kind.accept(Fold(planned: self, event: event))
            } else if let relation = event.type.changedRelation, let from = event.data["from"]?.text,
                let to = event.data["to"]?.text
            {
                edges.set(relation, from: from, to: to, isLinked: event.type.effect == .links)
            }
        }
    }

    private struct Fold: KindVisitor {
        let planned: PlannedFacts<Base>
        let event: Event

        func visit<R: Resource>(_ kind: R.Type) throws { try planned.fold(event, kind) }
    }

    private func fold<R: Resource>(_ event: Event, _ kind: R.Type) throws {
        guard let id = event.stream.flatMap({ Identifier<R>($0) }) else { return }
        let old = try resource(id)
        let stored = StoredEvent(
            index: nextIndex,
            type: event.type,
            recordedAt: now,
            chain: event.chain,
            actorHome: home,
            stream: event.stream,
            version: (old?.version ?? 0) + 1,
            data: event.data,
            sealedFields: event.sealed.map { $0.fields.map(\.name) }
        )
        let new = try evolve(old, by: stored)
        if let old { count(old, by: -1) }
        count(new, by: 1)
        if resources.updateValue(new, forKey: id.text) == nil { changed[R.kind, default: []].append(id.text) }
    }

    private func count<R: Resource>(_ resource: Versioned<R>, by step: Int) {
        guard resource.state.life == .living else { return }
        for key in resource.state.facetKeys { counts[Self.set(R.noun, resource.place, key), default: 0] += step }
    }

    private static func set(_ noun: String, _ place: Place, _ key: FacetKey) -> String {
        "\(noun) \(place.text) \(key.text)"
    }

    /// Says that a resource is to have a text in a field, so that what it has now is free for others.
    func announce<R: Resource>(_ text: String?, in field: Field<R>, of id: Identifier<R>, _ place: Place) {
        texts.announce(text.map { FoldedText($0) }, R.noun + "." + field.name, of: id.text, in: place)
    }
}

extension PlannedFacts {
    package func resource<R: Resource>(_ id: Identifier<R>) throws -> Versioned<R>? {
        try resources[id.text] as? Versioned<R> ?? base.resource(id)
    }

    package func count<R: Resource>(_ kind: R.Type, in place: Place, _ key: FacetKey) throws -> Int {
        try base.count(kind, in: place, key) + (counts[Self.set(R.noun, place, key)] ?? 0)
    }

    package func members<R: Resource>(
        _ kind: R.Type,
        in place: Place,
        _ key: FacetKey,
        limit: Int,
    ) throws -> (items: [Versioned<R>], isWhole: Bool) {
        guard let names = changed[R.kind] else { return try base.members(kind, in: place, key, limit: limit) }
        let found = try base.members(kind, in: place, key, limit: limit + names.count)
        let joined = names.compactMap { resources[$0] as? Versioned<R> }.filter {
            $0.place == place && $0.state.life == .living && $0.state.facetKeys.contains(key)
        }
        let items = (found.items.filter { resources[$0.id.text] == nil } + joined).sorted {
            $0.createdIndex < $1.createdIndex
        }
        return (Array(items.prefix(limit)), found.isWhole && items.count <= limit)
    }

    package func holder<R: Resource>(ofSlug slug: String, among kind: R.Type) throws -> Identifier<R>? {
        // A plan makes nothing that has a slug, and brings back what has its own still.
        try base.holder(ofSlug: slug, among: kind)
    }

    package func holders<R: Resource>(of text: String, in field: Field<R>, _ place: Place) throws -> [Identifier<R>] {
        let name = R.noun + "." + field.name
        let holders = try base.holders(of: text, in: field, place).filter { !texts.isAnnounced(name, of: $0.text) }
        return holders + texts.holders(of: FoldedText(text), name, in: place).compactMap { Identifier<R>($0) }
    }

    package func stream<L: Relation>(of relation: L.Type, from: String, to: String) -> String {
        base.stream(of: relation, from: from, to: to)
    }

    package func isLinked<L: Relation>(_ relation: L.Type, from: String, to: String) throws -> Bool {
        try edges.isLinked(L.kind, from: from, to: to) ?? base.isLinked(relation, from: from, to: to)
    }

    package func containers<L: Relation>(_ relation: L.Type, of member: String) throws -> [String] {
        let changes = edges.changes(L.kind, of: member)
        let kept = try base.containers(relation, of: member).filter { changes[$0] == nil }
        return kept + changes.filter(\.value).map(\.key).sorted()
    }

    package func containerCount<L: Relation>(_ relation: L.Type, of member: String) throws -> Int {
        if edges.changes(L.kind, of: member).isEmpty { return try base.containerCount(relation, of: member) }
        return try containers(relation, of: member).count
    }

    package func lasts<A: ActivityWithEnd>(_ id: Identifier<A>, at moment: Instant) throws -> Bool {
        try base.lasts(id, at: moment)
    }

    package func heads(of chain: Place) throws -> JSON { try base.heads(of: chain) }

    package var ownScopes: [String] { base.ownScopes }
}
