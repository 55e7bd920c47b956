import AdminAPI
import Chance
import Endpoints
import Engine
import EventLog
import Identity
import Samples
import Testing
import Wire

/// What holds of every command of every kind that is managed: it does what it says, and said twice it changes nothing.
struct EveryCommandTests {
    @Test(arguments: Kind.allCases, 1...4)
    func `what is decided is what was asked for, and asked for again it changes nothing`(
        kind: Kind,
        seed: UInt64,
    ) async throws {
        try await Server.run(seed: seed) { server in
            let partner = try await server.partner("samples", ["max_applications_per_tenant": .null])
            let tenant = try await server.tenant("samples", of: partner)
            guard let life = try kind.accept(LifeOfKind(server: server, tenant: tenant, partner: partner, seed: seed))
            else { return }
            try await life()
        }
    }

    @Test func `whatever stands in a tenant is gone with it, is still seen in the past, and comes back with it`()
        async throws
    {
        try await Server.run { server in
            let partner = try await server.partner("samples")
            let tenant = try await server.tenant("samples", of: partner)
            let sample = Sample(tenant: tenant, partner: partner, mark: "inside")
            var shown: [(path: String, data: JSON?)] = []
            for kind in Kind.allCases {
                guard let made = try kind.accept(BodyInTenant(sample: sample)) else { continue }
                let path = try await "\(made.collection)/\(server.make(made.collection, .object(made.body)).id)"
                shown.append((path, await server.call(.get, path).json["data"]))
            }
            #expect(!shown.isEmpty)
            let before = server.instance.lastIndex
            #expect(await server.call(.delete, "/tenants/\(tenant)?cascade=true").status == 204)
            for (path, data) in shown {
                #expect(await server.call(.get, path).status == 404, "\(path)")
                #expect(await server.call(.get, "\(path)?as_of=\(before)").json["data"] == data, "\(path)")
            }
            let size = server.instance.status.size
            try await server.restore(try #require(TenantID(tenant)))
            let entries = try server.entries().suffix(Int(server.instance.status.size - size))
            #expect(entries.filter { $0.class == .state }.map(\.type) == ["tenant.restored"])
            for (path, data) in shown { #expect(await server.call(.get, path).json["data"] == data, "\(path)") }
        }
    }

    @Test func `no area of a tenant is handed on by who does not hold it`() async throws {
        try await Server.run { server in
            let partner = try await server.partner("samples")
            let tenant = try await server.tenant("samples", of: partner)
            let token = try await server.tenantToken(tenant, slug: "samples", ["applications:write"])
            for scope in Scope.managedBelowPlatform where scope != "applications:write" {
                let body: JSON = [
                    "name": "Stronger", "application_type": "SERVICE", "scope": "TENANT",
                    "tenant_id": .string(tenant), "allowed_scopes": [.string(scope)],
                ]
                #expect(await server.call(.post, "/applications", body, token: token).status == 403, "\(scope)")
            }
        }
    }

    @Test(arguments: RelationKind.allCases)
    func `an edge that is drawn twice is drawn once, and one that is gone is not there`(relation: RelationKind)
        async throws
    {
        try await Server.run { server in
            let partner = try await server.partner("samples")
            let tenant = try await server.tenant("samples", of: partner)
            let life = try relation.accept(LifeOfRelation(server: server, tenant: tenant, partner: partner))
            try await life()
        }
    }
}

private struct LifeOfKind: KindVisitor {
    let server: Server
    let tenant: String
    let partner: String
    let seed: UInt64

    func visit<R: Resource>(_ kind: R.Type) -> (() async throws -> Void)? { nil }
    func visit<R: ManagedResource>(managed kind: R.Type) -> (() async throws -> Void)? {
        if R.isWrittenElsewhere { return nil }
        return { try await live(R.self) }
    }

    private func live<R: ManagedResource>(_ kind: R.Type) async throws {
        var dice = Dice(seed: seed)
        let sample = Sample(tenant: tenant, partner: partner, mark: "living")
        let collection = "/" + R.area.word
        let body = sample.some(of: R.self, isNew: true, &dice)
        let created = await server.call(.post, collection, .object(body))
        try #require(created.status == 201, "\(body): \(created.text)")
        let id = try #require(created.json["data"]?.id)
        let path = "\(collection)/\(id)"
        try await expect(path, says: body, R.self)
        for _ in 0..<6 {
            let change = sample.some(of: R.self, isNew: false, &dice)
            let changed = await server.call(.patch, path, .object(change))
            #expect(changed.status == 200, "\(change): \(changed.text)")
            try await expect(path, says: change, R.self)
            let (entries, version) = (try stateEntries(), changed.header("etag"))
            let again = await server.call(.patch, path, .object(change))
            #expect(again.status == 200, "\(change): \(again.text)")
            try await expect(path, says: change, R.self)
            #expect(again.header("etag") == version, "\(change)")
            #expect(try stateEntries() == entries, "\(change)")
        }
        let last = await server.call(.get, path).json["data"]
        let table = await server.call(.get, "\(collection)?per_page=1", headers: [("accept", "text/csv")])
        #expect(table.header("content-type")?.hasPrefix("text/csv") == true)
        let names = String(decoding: table.body, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        for field in R.fields where !field.kind.isHidden { #expect(names.contains(field.name), "\(names)") }
        #expect(await server.call(.delete, path).status == 204)
        let entries = try stateEntries()
        for method in [Request.Method.get, .delete, .patch] {
            #expect(await server.call(method, path, method == .patch ? [:] : nil).status == 404)
        }
        #expect(try stateEntries() == entries)
        let identifier = try #require(Identifier<R>(id))
        try await server.restore(identifier)
        let back = await server.call(.get, path).json["data"]
        for field in R.fields where !field.kind.isHidden {
            #expect(back?[field.name] == last?[field.name], "\(field.name)")
        }
        let restored = try stateEntries()
        await #expect(throws: Refusal.self) { try await server.restore(identifier) }
        #expect(try stateEntries() == restored)
    }

    private func expect<R: ManagedResource>(_ path: String, says body: Members, _ kind: R.Type) async throws {
        let read = await server.call(.get, path)
        for (name, value) in body.entries {
            #expect(read.json["data"]?[name] == value, "\(R.noun).\(name) of \(read.text)")
        }
    }

    private func stateEntries() throws -> Int { try server.entries().count { $0.class == .state } }
}

private struct LifeOfRelation: RelationVisitor {
    let server: Server
    let tenant: String
    let partner: String

    func visit<L: Relation>(_ relation: L.Type) -> () async throws -> Void {
        { try await live(L.self) }
    }

    private func live<L: Relation>(_ relation: L.Type) async throws {
        let container = try await make(L.Container.kind, "container")
        for kind in L.memberKinds {
            let member = try await make(kind, "member-" + kind.rawValue)
            let path = "/\(L.Container.area.word)/\(container)/\(L.collection)"
            let body: JSON = ["member_id": .string(member)]
            #expect(await server.call(.post, path, body).status == 201)
            let listed = await server.call(.get, path).json["data"]?.items?.compactMap { $0["member_id"]?.text }
            #expect(listed?.contains(member) == true)
            let size = server.instance.status.size
            #expect(await server.call(.post, path, body).status == 200)
            #expect(server.instance.status.size == size)
            #expect(await server.call(.delete, "\(path)/\(member)").status == 204)
            #expect(await server.call(.delete, "\(path)/\(member)").status == 404)
            #expect(await server.call(.get, path).json.total == 0)
        }
    }

    private func make(_ kind: Kind, _ mark: String) async throws -> String {
        let sample = Sample(tenant: tenant, partner: partner, mark: mark)
        let made = try #require(try kind.accept(BodyOfKind(sample: sample)))
        return try await server.make(made.collection, .object(made.body)).id
    }
}

private struct BodyOfKind: KindVisitor {
    let sample: Sample

    func visit<R: Resource>(_ kind: R.Type) -> (collection: String, body: Members)? { nil }
    func visit<R: ManagedResource>(managed kind: R.Type) -> (collection: String, body: Members)? {
        ("/" + R.area.word, sample.creation(R.self))
    }
}

/// The same for kinds that stand in tenants.
private struct BodyInTenant: KindVisitor {
    let sample: Sample

    func visit<R: Resource>(_ kind: R.Type) -> (collection: String, body: Members)? { nil }
    func visit<R: ManagedResource>(managed kind: R.Type) -> (collection: String, body: Members)? {
        R.standsIn.contains(.tenant) && !R.isWrittenElsewhere ? ("/" + R.area.word, sample.creation(R.self)) : nil
    }
}
