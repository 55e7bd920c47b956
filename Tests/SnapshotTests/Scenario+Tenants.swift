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
            let id = try await begin(life)
            try await admin(.get, "\(life.collection)/\(id)")
            try await admin(.get, life.collection, query: "status=ACTIVE")
            try await end(life, id)
            try await life.restore(instance, id, try caller("restore"))
            try await waitForWriter()
        }
        try await pass(seconds: 61)
    }

    /// Makes one and changes it.
    private func begin(_ life: LifeInTenant.Steps) async throws -> String {
        guard let elsewhere = life.elsewhere else {
            let id = try await create(life.collection, .object(life.creation))
            try await admin(.patch, "\(life.collection)/\(id)", .object(life.change), reason: "Corrected")
            return id
        }
        let id = try await elsewhere.create(instance, try caller("create"))
        try await elsewhere.change(instance, id, try caller("update"))
        return id
    }

    private func end(_ life: LifeInTenant.Steps, _ id: String) async throws {
        guard let elsewhere = life.elsewhere else {
            try await admin(.delete, "\(life.collection)/\(id)", reason: "No%20longer%20needed", status: 204)
            return
        }
        try await elsewhere.delete(instance, id, try caller("delete"))
    }

    /// Whoever is signed in, for what no admin endpoint does.
    private func caller(_ endpoint: String) throws -> Caller {
        let request = Caller.Request(id: ground.nextRequestID(), endpoint: endpoint)
        return try instance.authenticate(accessToken, baseURL: try BaseURL(Ground.baseURL), request: request)
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
        /// How it is written where the admin API does not do that; nil where it does.
        let elsewhere: Elsewhere?
    }

    /// The commands of a kind that another contract writes: its own endpoints ask for a key that no seed makes.
    struct Elsewhere {
        let create: (Instance, Caller) async throws -> String
        let change: (Instance, String, Caller) async throws -> Void
        let delete: (Instance, String, Caller) async throws -> Void
    }

    let sample: Sample

    func visit<R: Resource>(_ kind: R.Type) -> Steps? { nil }

    func visit<R: ManagedResource>(managed kind: R.Type) -> Steps? {
        guard R.standsIn.contains(.tenant) else { return nil }
        return Steps(
            collection: "/" + R.area.word,
            creation: sample.creation(R.self),
            change: sample.change(R.self),
            restore: { instance, id, caller in
                let id = try #require(Identifier<R>(id))
                _ = try await instance.perform(try instance.restoration(of: id), by: caller)
            },
            elsewhere: R.isWrittenElsewhere ? elsewhere(R.self) : nil
        )
    }

    private func elsewhere<R: ManagedResource>(_ kind: R.Type) -> Elsewhere {
        let (creation, change) = (sample.creation(R.self), sample.change(R.self))
        return Elsewhere { instance, caller in
            let id = Identifier<R>(numberedBy: instance.world.random(Identifier<R>.numberBytes))
            let changes = try Changes<R>(creation, for: .create)
            let command = Change<R>(id) {
                try R.register(changes, as: id, secret: nil, by: $0.authority, facts: $0.facts)
            }
            _ = try await instance.perform(command, by: caller)
            return id.text
        } change: { instance, id, caller in
            let id = try #require(Identifier<R>(id))
            let changes = try Changes<R>(change, for: .update)
            let command = Change<R>(id) {
                try R.update(id, changes, ifVersion: nil, by: $0.authority, facts: $0.facts)
            }
            _ = try await instance.perform(command, by: caller)
        } delete: { instance, id, caller in
            let id = try #require(Identifier<R>(id))
            let command = Change<R>(id) {
                try R.delete(id, cascade: false, ifVersion: nil, by: $0.authority, facts: $0.facts)
            }
            _ = try await instance.perform(command, by: caller)
        }
    }
}
