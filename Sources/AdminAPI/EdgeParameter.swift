import Endpoints
import Engine
import Identity
import Views
import Wire

/// A filter of lists by a relation: `GET /users?group_id=` lists a group's people, `GET /groups?member_id=` the groups
/// that somebody is in.
struct EdgeParameter: Sendable {
    let parameter: Endpoint.Parameter
    private let make: @Sendable (String) -> EdgeFilter

    /// Those that make sense for a kind, at either end.
    static func of<R: Resource>(_ kind: R.Type) -> [EdgeParameter] {
        RelationKind.allCases.flatMap { (try? $0.accept(EdgesOf<R>())) ?? [] }
    }

    func edge(in query: Query) -> EdgeFilter? { query.text(parameter.name).map(make) }

    private struct EdgesOf<R: Resource>: RelationVisitor {
        func visit<L: Relation>(_ relation: L.Type) -> [EdgeParameter] {
            var parameters: [EdgeParameter] = []
            if L.memberKinds.contains(R.kind) {
                let name = L.Container.noun + "_id"
                let summary = "Members of one \(L.Container.noun)"
                parameters.append(
                    EdgeParameter(
                        parameter: .init(name, in: .query, summary, identifierSchema(L.Container.prefix)),
                        make: { EdgeFilter(L.self, .membersOf, $0) }
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
                        make: { EdgeFilter(L.self, .containersOf, $0) }
                    )
                )
            }
            return parameters
        }
    }
}

extension EdgeFilter {
    /// Of what is out of its reach a caller learns nothing.
    func require(_ judge: Judge) throws {
        for kind in kinds { try kind.accept(RequireReach(id: id, judge: judge)) }
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
