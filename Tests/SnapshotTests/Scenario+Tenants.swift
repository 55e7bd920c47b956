import Endpoints
import Engine
import Identity
import Samples
import Testing
import Wire

// What stands in tenants: one life of every kind, and who is a member of what.
extension Session {
    /// Each kind that administrators manage in a tenant is made, changed, read, listed, deleted and brought back.
    func liveEveryKind(in tenant: String, of partner: String) async throws {
        for kind in Kind.allCases {
            let sample = Sample(tenant: tenant, partner: partner, mark: kind.rawValue)
            guard let life = try kind.accept(LifeInTenant(sample: sample)) else { continue }
            let id = try await create(life.collection, .object(life.creation))
            try await admin(.patch, "\(life.collection)/\(id)", .object(life.change), reason: "Corrected")
            try await admin(.get, "\(life.collection)/\(id)")
            try await admin(.get, life.collection, query: "status=ACTIVE")
            try await admin(.delete, "\(life.collection)/\(id)", reason: "No%20longer%20needed", status: 204)
            let request = Caller.Request(id: ground.nextRequestID(), endpoint: "restore")
            let caller = try instance.authenticate(accessToken, baseURL: try BaseURL(Ground.baseURL), request: request)
            try await life.restore(instance, id, caller)
            try await waitForWriter()
        }
        try await pass(seconds: 61)
    }

    /// Each relation gets a container with a member of every kind that it takes, and the first of them leaves.
    func drawEveryRelation(in tenant: String, of partner: String) async throws {
        for relation in RelationKind.allCases {
            let ends = try relation.accept(EndsOf())
            let marked = {
                Sample(tenant: tenant, partner: partner, mark: relation.rawValue.replacing("_", with: "-") + $0)
            }
            let path = try await make(ends.container, marked("")) + "/" + ends.collection
            var members: [String] = []
            for kind in ends.members {
                let member = try await make(kind, marked("-" + kind.rawValue))
                members.append(String(member.split(separator: "/").last ?? ""))
            }
            for id in members { try await admin(.post, path, ["member_id": .string(id)], status: 201) }
            #expect(try await admin(.get, path).items?.count == members.count)
            try await admin(.delete, "\(path)/\(members[0])", status: 204)
        }
        try await pass(seconds: 61)
    }

    /// - Returns: the path of what was made.
    private func make(_ kind: Kind, _ sample: Sample) async throws -> String {
        let life = try #require(try kind.accept(LifeInTenant(sample: sample)))
        return try await "\(life.collection)/\(create(life.collection, .object(life.creation)))"
    }
}

/// The kinds at the ends of a relation.
private struct EndsOf: RelationVisitor {
    func visit<L: Relation>(_ relation: L.Type) -> (container: Kind, members: [Kind], collection: String) {
        (L.Container.kind, L.memberKinds, L.collection)
    }
}

/// What is done to one of a kind; nil for kinds that stand elsewhere, or that nobody manages.
private struct LifeInTenant: KindVisitor {
    struct Steps {
        let collection: String
        let creation: Members
        let change: Members
        let restore: (Instance, String, Caller) async throws -> Void
    }

    let sample: Sample

    func visit<R: Resource>(_ kind: R.Type) -> Steps? { nil }

    func visit<R: ManagedResource>(managed kind: R.Type) -> Steps? {
        guard R.standsIn.contains(.tenant) else { return nil }
        return Steps(
            collection: "/" + R.area.word,
            creation: sample.creation(R.self),
            change: sample.change(R.self)
        ) { instance, id, caller in
            let id = try #require(Identifier<R>(id))
            _ = try await instance.perform(try instance.restoration(of: id), by: caller)
        }
    }
}
