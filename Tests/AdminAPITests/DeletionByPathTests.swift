import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// What is deleted takes with it all that stands below, by one entry: nothing of that is there any more.
struct DeletionByPathTests {
    private struct Tree {
        let partner: String
        let tenant: String
        let neighbour: String
        let applications: [JSON]
        let other: String
        /// A token of an application that goes with it.
        let token: String

        init(_ server: Server) async throws {
            partner = try await server.partner()
            tenant = try await server.tenant("felled", of: partner)
            neighbour = try await server.tenant("stays", of: partner)
            var made: [JSON] = []
            for name in ["One", "Two", "Three"] {
                let more: Members = ["name": .string(name)]
                made.append(try await server.tenantApplication(tenant, ["applications:read"], more))
            }
            applications = made
            other = try await server.tenantApplication(neighbour, []).id
            token = try await server.token(made[0], issuer: .tenant(slug: "felled"))
        }

        var ids: [String] { applications.map(\.id) }
    }

    @Test func `a tenant with three applications is deleted by one entry, and nothing of it is left`() async throws {
        try await Server.run { server in
            let tree = try await Tree(server)
            let path = "/tenants/\(tree.tenant)"
            let refused = await server.call(.delete, path)
            #expect(refused.status == 409)
            #expect(refused.detail == "Tenant has 3 applications; delete them first or send cascade=true")
            let size = server.instance.status.size
            #expect(await server.call(.delete, "\(path)?cascade=true").status == 204)
            #expect(server.instance.status.size == size + 1)
            let entry = try #require(try server.entries().last)
            #expect(entry.type == "tenant.deleted" && entry.stream == tree.tenant && entry.batch == nil)

            let requests = tree.ids.flatMap { id -> [(Request.Method, String, JSON?)] in
                [
                    (.get, "/applications/\(id)", nil), (.get, "/applications/\(id)/secrets", nil),
                    (.patch, "/applications/\(id)", ["name": "Back"]), (.delete, "/applications/\(id)", nil),
                    (.post, "/applications/\(id)/rotate-secret", nil),
                ]
            }
            for (method, path, body) in requests + [(.get, path, nil), (.delete, path, nil)] {
                #expect(await server.call(method, path, body).status == 404, "\(method) \(path)")
            }
            let body: JSON = [
                "name": "Late", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": .string(tree.tenant),
            ]
            #expect(await server.call(.post, "/applications", body).status == 404)
            #expect(await server.call(.get, "/applications", token: tree.token).status == 401)
            for made in tree.applications {
                for issuer in [AskedIssuer.tenant(slug: "felled"), .root] {
                    await #expect(throws: (any Error).self) { _ = try await server.token(made, issuer: issuer) }
                }
            }
        }
    }

    @Test func `it is in no list and no total, and not among the deleted ones either`() async throws {
        try await Server.run { server in
            let tree = try await Tree(server)
            #expect(await server.call(.delete, "/tenants/\(tree.tenant)?cascade=true").status == 204)
            for query in [
                "", "?status=ACTIVE", "?scope=TENANT", "?application_type=SERVICE&scope=TENANT", "?search=o",
                "?partner_id=\(tree.partner)", "?tenant_id=\(tree.tenant)", "?status=DELETED",
                "?status=DELETED&tenant_id=\(tree.tenant)", "?status=DELETED&partner_id=\(tree.partner)",
            ] {
                let answer = await server.call(.get, "/applications\(query)")
                #expect(answer.status == 200, "\(query): \(answer.text)")
                #expect(Set(answer.json.ids).isDisjoint(with: tree.ids), "\(query)")
                #expect(answer.json.total == Int64(answer.json.ids.count), "\(query)")
            }
            #expect(await server.call(.get, "/applications?partner_id=\(tree.partner)").json.ids == [tree.other])
            #expect(await server.call(.get, "/tenants").json.ids == [tree.neighbour])
            #expect(await server.call(.get, "/tenants?status=DELETED").json.ids == [tree.tenant])
            // What it has done is told for ever.
            let told = await server.call(.get, "/audit?tenant_id=\(tree.tenant)&action=application.created").json
            #expect(told.total == 3)
            let ofPartner = await server.call(.get, "/audit?partner_id=\(tree.partner)&action=tenant.deleted").json
            #expect(ofPartner["data"]?.items?.map { $0["resource_id"]?.text } == [tree.tenant])
        }
    }

    @Test(arguments: [true, false])
    func `as of before, all of it is there`(whole: Bool) async throws {
        try await Server.run { server in
            let tree = try await Tree(server)
            let before = server.instance.lastIndex
            let top = whole ? "/partners/\(tree.partner)" : "/tenants/\(tree.tenant)"
            #expect(await server.call(.delete, "\(top)?cascade=true").status == 204)
            let entry = try #require(try server.entries().last)
            #expect(entry.index == before + 1 && entry.batch == nil)
            let below = tree.ids.flatMap { ["/applications/\($0)", "/applications/\($0)/secrets"] }
            let beside = whole ? [top, "/tenants/\(tree.neighbour)", "/applications/\(tree.other)"] : []
            for path in ["/tenants/\(tree.tenant)"] + below + beside {
                #expect(await server.call(.get, path).status == 404, "\(path)")
                #expect(await server.call(.get, "\(path)?as_of=\(entry.index)").status == 404, "\(path)")
                let then = await server.call(.get, "\(path)?as_of=\(before)")
                #expect(then.status == 200, "\(path): \(then.text)")
                if !path.hasSuffix("secrets") { #expect(then.json["data"]?["status"] == "ACTIVE", "\(path)") }
            }
            for (query, expected) in [
                ("tenant_id=\(tree.tenant)", tree.ids), ("partner_id=\(tree.partner)", tree.ids + [tree.other]),
                ("search=TWO", [tree.ids[1]]), ("scope=TENANT&per_page=2&page=2", [tree.ids[2], tree.other]),
            ] {
                let answer = await server.call(.get, "/applications?\(query)&as_of=\(before)").json
                #expect(answer.ids == expected, "\(query)")
            }
            #expect(await server.call(.get, "/tenants?as_of=\(before)").json.ids == [tree.tenant, tree.neighbour])
            #expect(await server.call(.get, "/tenants?as_of=\(entry.index)").json.total == (whole ? 0 : 1))
        }
    }

    @Test func `a slug and a limit: the one is reserved for ever, the other has room again`() async throws {
        try await Server.run { server in
            let partner = try await server.partner("limited", ["max_tenants": 1])
            let tenant = try await server.tenant("once", of: partner)
            _ = try await server.tenantApplication(tenant, [])
            #expect(await server.call(.delete, "/tenants/\(tenant)?cascade=true").status == 204)
            let body = { (slug: String) -> JSON in
                ["name": "T", "slug": .string(slug), "partner_id": .string(partner)]
            }
            #expect(await server.call(.post, "/tenants", body("once")).status == 409)
            #expect(await server.call(.post, "/tenants", body("again")).status == 201)
        }
    }
}
