package import Identity
package import Views
package import Wire

/// What became of one resource, or of one edge, between two moments: whatever came and went in between is left out.
package struct Difference: Sendable {
    package enum Change: String, Sendable, CaseIterable { case created, changed, deleted, moved }

    package let stream: TouchedStream
    package let change: Change
    /// The resource that it is told with: itself, or the one that it hangs on.
    package let group: String
}

/// Two moments of the same views, and what was sealed in between, to compare what was touched there.
package struct Comparison {
    package let before: ViewSnapshot
    package let after: ViewSnapshot
    fileprivate let from: UInt64
    private let opening: (SealedReference) throws -> Members?

    /// - Parameter opening: the fields of a sealed segment; nil where its key is gone.
    package init(
        of snapshot: ViewSnapshot,
        at from: UInt64,
        and to: UInt64,
        opening: @escaping (SealedReference) throws -> Members?,
    ) {
        (before, after) = (snapshot.at(from), snapshot.at(to))
        self.from = from
        self.opening = opening
    }

    /// What differs, each resource with what hangs on it behind it, in the order of first touch.
    package func differences(of touched: [TouchedStream]) throws -> [Difference] {
        var groups: [String: Int] = [:]
        var placed: [(group: Int, isPart: Bool, difference: Difference)] = []
        for stream in touched {
            guard let difference = try difference(of: stream) else { continue }
            let group = groups[difference.group] ?? groups.count
            groups[difference.group] = group
            placed.append((group, difference.group != stream.stream, difference))
        }
        let key = { (place: Int) in (placed[place].group, placed[place].isPart ? 1 : 0, place) }
        return placed.indices.sorted { key($0) < key($1) }.map { placed[$0].difference }
    }

    private func difference(of touched: TouchedStream) throws -> Difference? {
        switch touched.type {
        case .resource(let kind):
            let compared = try kind.accept(ResourceDifference(id: touched.stream, comparison: self))
            return compared.map { Difference(stream: touched, change: $0.change, group: $0.group) }
        case .edge(let relation, let from, let to):
            let change = try relation.accept(EdgeDifference(from: from, to: to, comparison: self))
            return change.map { Difference(stream: touched, change: $0, group: from) }
        }
    }

    /// The fields of a resource that have another value at the second moment than at the first.
    package func fields<R: Resource>(of id: Identifier<R>) throws -> [FieldChange] {
        try FieldChange.between(before.resource(id)?.state, after.resource(id)?.state)
            .filter { try !$0.isSame(opening) }
    }

    /// Whether a field differs; what is in clear is asked first, for opening costs more than all else.
    fileprivate func differs<R: Resource>(_ old: R, _ new: R) throws -> Bool {
        let fields = FieldChange.between(old, new)
        return try fields.contains { !$0.kind.isSealed } || fields.contains { try !$0.isSame(opening) }
    }
}

private struct ResourceDifference: KindVisitor {
    let id: String
    let comparison: Comparison

    func visit<R: Resource>(_ kind: R.Type) throws -> (change: Difference.Change, group: String)? {
        guard let id = Identifier<R>(id) else { return nil }
        let new = try comparison.after.resource(id)
        // What began in between was not there before: that need not be looked up.
        let isNew = new.map { $0.createdIndex > comparison.from } ?? true
        let old = isNew ? nil : try comparison.before.resource(id)
        guard let change = try change(old, new) else { return nil }
        return (change, (new ?? old)?.state.owner ?? id.text)
    }

    private func change<R: Resource>(_ old: Versioned<R>?, _ new: Versioned<R>?) throws -> Difference.Change? {
        let (wasThere, isThere) = (old?.state.life == .living, new?.state.life == .living)
        guard let old, let new, wasThere, isThere else {
            return wasThere ? .deleted : isThere ? .created : nil
        }
        if old.place != new.place { return .moved }
        return try comparison.differs(old.state, new.state) ? .changed : nil
    }
}

private struct EdgeDifference: RelationVisitor {
    let from: String
    let to: String
    let comparison: Comparison

    func visit<L: Relation>(_ relation: L.Type) throws -> Difference.Change? {
        let was = try comparison.before.isLinked(relation, from: from, to: to)
        guard try comparison.after.isLinked(relation, from: from, to: to) != was else { return nil }
        return was ? .deleted : .created
    }
}
