import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import Samples
import Testing
import Wire

/// What a write would do, told before it is done: the plan, what it says of what ends, and the digest that holds to it.
struct PreviewTests {
    @Test(arguments: Kind.allCases)
    func `R3 what is made, changed and deleted is what was shown, of every kind`(kind: Kind) async throws {
        try await Server.run { server in
            let partner = try await server.partner("samples")
            let tenant = try await server.tenant("samples", of: partner)
            guard let made = try kind.accept(Bodies(tenant: tenant, partner: partner)) else { return }
            let id = try await server.foresee(.post, made.collection, made.creation).id
            let path = "\(made.collection)/\(id)"
            try await server.foresee(.patch, path, made.change)
            try await server.foresee(.patch, path, ["status": "SUSPENDED"])
            try await server.foresee(.patch, path, ["status": "ACTIVE"])
            // Said again, it changes nothing: that is shown too.
            let again = try await server.preview(.patch, path, made.change)
            #expect(again.changes.isEmpty)
            try await server.foresee(.delete, path)
        }
    }

    @Test(arguments: RelationKind.allCases)
    func `R3 an edge comes and goes as it was shown`(relation: RelationKind) async throws {
        try await Server.run { server in
            let partner = try await server.partner("samples")
            let tenant = try await server.tenant("samples", of: partner)
            let edge = try relation.accept(Edge())
            var made: [Kind: String] = [:]
            for kind in [edge.container] + edge.members where made[kind] == nil {
                let bodies = try #require(try kind.accept(Bodies(tenant: tenant, partner: partner)))
                made[kind] = try await server.make(bodies.collection, bodies.creation).id
            }
            for kind in edge.members where kind != edge.container {
                let (container, member) = (try #require(made[edge.container]), try #require(made[kind]))
                let path = "/\(edge.word)/\(container)/\(edge.collection)"
                try await server.foresee(.post, path, ["member_id": .string(member)])
                let again = try await server.preview(.post, path, ["member_id": .string(member)])
                #expect(again.changes.isEmpty)
                try await server.foresee(.delete, "\(path)/\(member)")
                try await server.foresee(.post, path, ["member_id": .string(member)])
            }
        }
    }

    @Test func `R3 secrets and signing keys are replaced as it was shown`() async throws {
        try await Server.run { server in
            let application = try await server.application()
            let path = "/applications/\(application.id)/rotate-secret"
            let overlap = try await server.preview(.post, path, ["overlap_seconds": 60])
            #expect(overlap.losses.isEmpty)
            #expect(overlap.changes.map { $0["verb"]?.text } == ["created", "updated"])
            #expect(overlap.changes[1].after("expires_at")?.text != nil)
            try await server.foresee(.post, path, ["overlap_seconds": 60])
            let atOnce = try await server.preview(.post, path)
            #expect(atOnce.losses == [["kind": "secrets", "resource_id": .string(application.id)]])
            try await server.foresee(.post, path)
            #expect(try await server.preview(.post, "/signing-keys/rotate").losses.isEmpty)
            try await server.foresee(.post, "/signing-keys/rotate")
            let current = try #require(server.instance.keyRing.current).id.text
            let leaked = try await server.preview(.post, "/signing-keys/\(current)/revoke")
            #expect(leaked.losses == [["kind": "tokens", "resource_id": .string(current)]])
            let next = try #require(server.instance.keyRing.members.first { $0.key.stage == .next })
            try await server.foresee(.post, "/signing-keys/\(next.id)/revoke")
        }
    }

    @Test func `a place that goes names what ends, counts what stands in it, and does so for what is below`()
        async throws
    {
        try await Server.run { server in
            let partner = try await server.partner("going")
            let (first, second) = (
                try await server.tenant("first", of: partner), try await server.tenant("second", of: partner)
            )
            let shop = try await server.tenantApplication(first, ["orders:read"])
            for number in 0..<3 {
                let email = JSON.string("person-\(number)@example.com")
                _ = try await server.make("/users", ["tenant_id": .string(second), "email": email])
            }
            #expect(await server.call(.delete, "/partners/\(partner)?preview=true").status == 409)
            let plan = try await server.preview(.delete, "/partners/\(partner)?cascade=true")
            #expect(plan.json["counts"] == ["applications": 1, "users": 3])
            let ends = plan.json["ends"]?.items ?? []
            #expect(ends.map { $0["of"]?.text } == [shop.id])
            #expect(ends.map { $0["kind"]?.text } == ["secret"])
            #expect(plan.losses.compactMap { $0["kind"]?.text }.sorted() == ["sessions", "tokens"])
            #expect(plan.changes.map { $0["verb"]?.text } == ["deleted"])
            try await server.foresee(.delete, "/partners/\(partner)?cascade=true")
        }
    }

    @Test func `what is deleted takes its secrets along, and a place that was suspended what stands in it`()
        async throws
    {
        try await Server.run { server in
            let tenant = try await server.tenant("paused", of: try await server.partner())
            let application = try await server.tenantApplication(tenant, [])
            let gone = try await server.preview(.delete, "/applications/\(application.id)")
            #expect(gone.losses.compactMap { $0["kind"]?.text }.sorted() == ["secrets", "tokens"])
            #expect(gone.json["ends"]?.items?.map { $0["of"]?.text } == [application.id])
            try await server.foresee(.patch, "/tenants/\(tenant)", ["status": "SUSPENDED"])
            let plan = try await server.preview(.delete, "/tenants/\(tenant)?cascade=true")
            #expect(plan.json["counts"] == ["applications": 1])
        }
    }

    @Test func `what is sealed is shown to who may change it, and stands nowhere in the ledger`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("people", of: partner)
            let body: JSON = ["tenant_id": .string(tenant), "email": "before@example.com", "first_name": "Ada"]
            let user = try await server.make("/users", body).id
            let change: JSON = ["email": "after@example.com", "first_name": .null, "last_name": "Lovelace"]
            let plan = try await server.preview(.patch, "/users/\(user)", change)
            let fields: [JSON] = [
                ["name": "email", "before": "before@example.com", "after": "after@example.com"],
                ["name": "first_name", "before": "Ada", "after": .null],
                ["name": "last_name", "before": .null, "after": "Lovelace"],
            ]
            #expect(plan.changes.first?["fields"]?.items == fields)
            let previewed = try #require(try server.entries().last)
            #expect(previewed.type == "command.previewed")
            #expect(previewed.stream == user)
            #expect(previewed.chain.contains(tenant))
            for entry in try server.entries() {
                let text = String(decoding: entry.encoded, as: UTF8.self)
                #expect(!text.contains("after@example.com") && !text.contains("Lovelace"))
            }
        }
    }
}

private struct Bodies: KindVisitor {
    let tenant: String
    let partner: String

    func visit<R: Resource>(_ kind: R.Type) -> (collection: String, creation: JSON, change: JSON)? { nil }
    func visit<R: ManagedResource>(managed kind: R.Type) -> (collection: String, creation: JSON, change: JSON)? {
        if R.isWrittenElsewhere { return nil }
        let sample = Sample(tenant: tenant, partner: partner, mark: "previewed")
        return ("/" + R.area.word, .object(sample.creation(R.self)), .object(sample.change(R.self)))
    }
}

private struct Edge: RelationVisitor {
    func visit<L: Relation>(_ relation: L.Type) -> (word: String, collection: String, container: Kind, members: [Kind])
    {
        (L.Container.area.word, L.collection, L.Container.kind, L.memberKinds)
    }
}
