import Identity
import Views
import Wire

/// What a plan means to do with an edge: written once for every relation.
struct EdgeIntents<Base: PositionedReader>: RelationVisitor {
    let maker: PlanMaker<Base>
    let wish: Wish
    let from: String
    let to: String

    func visit<L: Relation>(_ relation: L.Type) throws {
        guard let id = Identifier<L.Container>(from), let container = try maker.base.resource(id) else { return }
        let isLinked = try maker.base.isLinked(relation, from: from, to: to)
        let (isWanted, compensates) = try wanted(relation, isLinked)
        if isLinked == isWanted { return }
        let value = { (isThere: Bool, end: String) -> JSON in isThere ? .string(end) : .null }
        let (authority, member, edge) = (maker.task.authority, to, wish.stream)
        maker.add(
            Intent(
                stream: edge,
                kind: L.noun,
                step: isWanted ? .link : .unlink,
                created: container.createdIndex,
                version: try maker.base.length(of: edge),
                fields: [("from", from), ("to", to)].map { name, end in
                    PlannedField(name, before: value(isLinked, end), after: value(isWanted, end), source: compensates)
                },
                compensates: compensates,
                place: container.place,
                decide: { planned in
                    isWanted
                        ? try L.add(member, to: id, by: authority, facts: planned)
                        : try L.remove(member, from: id, by: authority, facts: planned)
                },
                conflict: { rejection, planned in
                    var conflict = try Conflict(rejection, about: container, authority, planned)
                    conflict.resource = edge
                    if conflict.kind == .parentMissing, try planned.lives(container) {
                        conflict.offer =
                            try Kind.allCases.contains { try planned.place(ofLiving: member, $0) != nil }
                            ? nil : member
                    }
                    return conflict
                }
            )
        )
    }

    /// Whether the edge is to be there, and the newest entry that this undoes.
    private func wanted<L: Relation>(_ relation: L.Type, _ isLinked: Bool) throws -> (Bool, UInt64?) {
        switch wish.aim {
        case .restore(let index, _):
            return (try maker.base.at(index).isLinked(relation, from: from, to: to), nil)
        case .undo(let entries):
            var (target, newest) = (isLinked, UInt64?.none)
            for entry in entries.reversed() {
                let gave = entry.effect == .links
                if target == gave || maker.task.force.contains("\(entry.index)/to") {
                    target = !gave
                    newest = newest ?? entry.index
                } else {
                    var conflict = Conflict(.changedSince, wish.stream, field: "to")
                    conflict.entry = entry.index
                    maker.refuse(conflict)
                }
            }
            return (target, newest)
        }
    }
}

extension Facts {
    /// Whether a resource is there, and all that it stands in.
    func lives<R: Resource>(_ resource: Versioned<R>) throws -> Bool {
        try self.resource(resource.id).map { try $0.state.life == .living && lives($0.place) } ?? false
    }
}
