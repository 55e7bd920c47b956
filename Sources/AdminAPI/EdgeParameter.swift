import Endpoints
import Engine
import Identity
import Views
import Wire

/// A filter of lists by a relation: `GET /users?group_id=` lists a group's people, `GET /groups?member_id=` the groups
/// that somebody is in.
struct EdgeParameter: Sendable {
    let parameter: Endpoint.Parameter
    private let make: @Sendable (String) -> NamedEdge

    /// Those that make sense for a kind, at either end.
    static func of<R: Resource>(_ kind: R.Type) -> [EdgeParameter] {
        RelationKind.allCases.flatMap { (try? $0.accept(EdgesOf<R>())) ?? [] }
    }

    func edge(in query: Query) -> NamedEdge? { query.text(parameter.name).map(make) }

    private struct EdgesOf<R: Resource>: RelationVisitor {
        func visit<L: Relation>(_ relation: L.Type) -> [EdgeParameter] {
            var parameters: [EdgeParameter] = []
            if L.memberKinds.contains(R.kind) {
                let name = L.Container.noun + "_id"
                let summary = "Members of one \(L.Container.noun)"
                parameters.append(
                    EdgeParameter(
                        parameter: .init(name, in: .query, summary, identifierSchema(L.Container.prefix)),
                        make: {
                            NamedEdge(filter: EdgeFilter(L.self, .membersOf, $0), end: $0, kinds: [L.Container.kind])
                        }
                    )
                )
            }
            if R.kind == L.Container.kind {
                parameters.append(
                    EdgeParameter(
                        parameter: .init(
                            "member_id",
                            in: .query,
                            "Those that have this member",
                            .string(maxLength: 68)
                        ),
                        make: {
                            NamedEdge(filter: EdgeFilter(L.self, .containersOf, $0), end: $0, kinds: L.memberKinds)
                        }
                    )
                )
            }
            return parameters
        }
    }
}

/// An edge that a list is narrowed by, with the end that the request names.
struct NamedEdge: Sendable {
    let filter: EdgeFilter
    let end: String
    let kinds: [Kind]

    /// Of what is out of its reach a caller learns nothing.
    func require(_ judge: Judge) throws {
        for kind in kinds { try kind.accept(RequireReach(id: end, judge: judge)) }
    }

    private struct RequireReach: KindVisitor {
        let id: String
        let judge: Judge

        func visit<R: Resource>(_ kind: R.Type) throws {
            guard let id = Identifier<R>(id), let found = try judge.head.resource(id) else { return }
            try judge.require(of: found)
        }
    }
}
