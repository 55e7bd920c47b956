import Identity
import Storage
import Wire

// What entries make of edges, and what the coming and going of their members makes of them.
extension ViewTransaction {
    func foldEdge(_ entry: FoldedEntry, of relation: RelationKind) throws {
        try relation.accept(FoldEdge(transaction: self, entry: entry))
    }

    private struct FoldEdge: RelationVisitor {
        let transaction: ViewTransaction
        let entry: FoldedEntry

        func visit<L: Relation>(_ relation: L.Type) throws { try transaction.fold(entry, relation) }
    }

    private func fold<L: Relation>(_ entry: FoldedEntry, _ relation: L.Type) throws {
        let event = try entry.event()
        guard event.data.count == 2, let from = event.data["from"]?.text, let to = event.data["to"]?.text,
            event.stream == Edge.stream(L.prefix, L.noun, from: from, to: to),
            let id = Identifier<L.Container>(from), let container = try resource(id)
        else { throw event.poison("it names no two ends, or its stream is another edge's") }
        let ends = try L.memberKinds.compactMap { try $0.accept(EndOf(id: to, transaction: self)) }
        guard let member = ends.first else { throw event.poison("its member is none") }
        let isLinked = try isLinked(relation, from: from, to: to)
        switch event.type.effect {
        case .links where !isLinked, .unlinks where isLinked: break
        case .links, .unlinks, .creates, .updates, .deletes, .restores, .records, .begins, .happens:
            throw event.poison("it does not follow from the edge before it")
        }
        let step = isLinked ? -1 : 1
        let containers = Edge.containers(L.noun, of: to)
        try cross(containers, container.createdIndex, id: from, by: step, at: event.index)
        guard member.life == .living else { return }
        let members = Edge.members(L.noun, of: from, member.noun)
        try cross(members, member.created, id: to, by: step, at: event.index)
    }

    /// A member that was deleted, or is back, leaves or joins the rows of all containers that it is in.
    func foldMember<R: Resource>(from old: Versioned<R>?, to new: Versioned<R>, at index: UInt64) throws {
        guard let old, old.state.life != new.state.life else { return }
        for relation in RelationKind.allCases {
            try relation.accept(MoveMember(transaction: self, member: new, index: index))
        }
    }

    private struct MoveMember<R: Resource>: RelationVisitor {
        let transaction: ViewTransaction
        let member: Versioned<R>
        let index: UInt64

        func visit<L: Relation>(_ relation: L.Type) throws {
            guard L.memberKinds.contains(R.kind) else { return }
            let step = member.state.life == .living ? 1 : -1
            for container in try transaction.linked(Edge.containers(L.noun, of: member.id.text)) {
                let members = Edge.members(L.noun, of: container, R.noun)
                try transaction.cross(members, member.createdIndex, id: member.id.text, by: step, at: index)
            }
        }
    }

    /// Those in a set now, what the command under way has changed included.
    private func linked(_ set: FacetSet) throws -> [String] {
        var rows: [[UInt8]: [UInt8]] = [:]
        try scan(.facets, prefix: set.prefix) { key, value in
            rows[key.copied] = value.copied
            return true
        }
        for (key, value) in journaled(.facets, prefix: set.prefix) { rows[key] = value }
        return try rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { key, value in
            guard let row = FacetRow(value) else { throw damage(.facets, key) }
            return row.isMember ? String(decoding: row.id, as: UTF8.self) : nil
        }
    }
}

/// Where an end of an edge stands in the order of creation, if it is of the kind.
private struct EndOf: KindVisitor {
    let id: String
    let transaction: ViewTransaction

    func visit<R: Resource>(_ kind: R.Type) throws -> (created: UInt64, life: Life, noun: String)? {
        guard let id = Identifier<R>(id), let found = try transaction.resource(id) else { return nil }
        return (found.createdIndex, found.state.life, R.noun)
    }
}
