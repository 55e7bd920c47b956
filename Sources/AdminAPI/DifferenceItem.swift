import Endpoints
import Engine
import Identity
import Views
import Wire

/// One line of a comparison: a resource or an edge, what became of it, and its fields before and after.
struct DifferenceItem {
    private let comparison: Comparison
    private let judge: Judge
    private let opening: (SealedReference) throws -> Members?

    init(_ comparison: Comparison, _ judge: Judge, opening: @escaping (SealedReference) throws -> Members?) {
        (self.comparison, self.judge, self.opening) = (comparison, judge, opening)
    }

    func json(_ difference: Difference) throws -> JSON {
        let (id, kind, fields): (String, String, [JSON])
        switch difference.stream.type {
        case .resource(let type):
            (id, kind) = (difference.stream.stream, type.rawValue)
            fields = try type.accept(FieldsOf(id: id, line: self))
        case .edge(let relation, let from, let to):
            // An edge is told of its container.
            (id, kind) = (from, relation.rawValue)
            fields = [FieldChange.json(of: "member_id", to, isThere: difference.change == .created)]
        }
        return [
            "resource_id": .string(id), "kind": .string(kind), "change": .string(difference.change.rawValue),
            "fields": .array(fields),
        ]
    }

    private struct FieldsOf: KindVisitor {
        let id: String
        let line: DifferenceItem

        func visit<R: Resource>(_ kind: R.Type) throws -> [JSON] {
            guard let id = Identifier<R>(id), let present = try line.judge.head.resource(id) else { return [] }
            // What is sealed is opened for those alone who may read such a resource now.
            let opening = try line.judge.mayRead(present) ? line.opening : nil
            return try line.comparison.fields(of: id).map { try $0.json(opening) }
        }
    }

    static let columns = properties.map(\.name)

    static let schema = Schema.object(properties)

    private static let properties: [Schema.Property] = [
        .init("resource_id", .string(), "The resource; of a membership, what has the member", required: true),
        .init(
            "kind",
            .choice(Kind.allCases.map(\.rawValue) + RelationKind.allCases.map(\.rawValue)),
            required: true
        ),
        .init("change", .choice(Difference.Change.allCases.map(\.rawValue)), required: true),
        .init("fields", .array(FieldChange.schema), required: true),
    ]
}

extension Judge {
    /// Whether the caller may read a resource by the permission of its own kind, where it stands now.
    fileprivate func mayRead<R: Resource>(_ resource: Versioned<R>) throws -> Bool {
        try authority.may(.reads(R.self), at: resource.place, head)
            || R.isPlace != nil && authority.may(.reads(R.self), at: resource.chain, head)
    }
}
