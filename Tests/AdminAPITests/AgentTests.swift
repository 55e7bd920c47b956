import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// Agents: clients of a tenant that carry tools, and may make so many requests a minute.
struct AgentTests {
    private struct Tenancy {
        let tenant: String
        let agent: JSON

        init(_ server: Server, _ more: Members = [:]) async throws {
            tenant = try await server.tenant("acme", of: server.partner())
            var body: Members = [
                "name": "Scout", "tenant_id": .string(tenant), "agent_type": "research",
                "allowed_tools": ["search", "crm.read"], "allowed_scopes": ["users:read", "agents:read"],
            ]
            for (name, value) in more { body[name] = value }
            agent = try await server.make("/agents", .object(body))
        }

        func token(_ server: Server) async throws -> String {
            try await server.token(agent, issuer: .tenant(slug: "acme"))
        }
    }

    @Test func `an agent is registered with its secret, which is shown once`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            #expect(made.agent.id.hasPrefix("agt_") && made.agent["client_id"] == made.agent["id"])
            #expect(made.agent["client_secret"]?.text?.utf8.count == 43)
            let shown = try await server.shown("/agents/\(made.agent.id)")
            #expect(shown["client_secret"] == nil)
            #expect(shown["allowed_tools"] == ["search", "crm.read"])
            #expect(shown["rate_limit_rpm"] == .null && shown["status"] == "ACTIVE")
            let secrets = await server.call(.get, "/agents/\(made.agent.id)/secrets")
            #expect(secrets.json.ids.count == 1)
        }
    }

    @Test func `its token names its tools, its type and its tenant, and no level of an application`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            let claims = try Self.claims(try await made.token(server))
            #expect(claims["sub"] == .string(made.agent.id) && claims["client_id"] == claims["sub"])
            #expect(claims["allowed_tools"] == ["search", "crm.read"] && claims["agent_type"] == "research")
            #expect(claims["scope"] == "users:read agents:read")
            #expect(claims["tenant_id"] == .string(made.tenant))
            #expect(claims["iss"] == .string("\(Server.base)/tenants/\(made.tenant)"))
            for absent in ["app_scope", "platform_token", "partner_id"] { #expect(claims[absent] == nil) }
            let issued = try #require(try server.last("token.issued"))
            #expect(issued.actor.kind == .agent && issued.chain == made.tenant)
        }
    }

    @Test func `it acts in its tenant by its scopes, and nowhere else`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            let token = try await made.token(server)
            let other = try await server.tenant("other", of: server.partner("second"))
            let rows: [(path: String, status: Int)] = [
                ("/users?tenant_id=\(made.tenant)", 200), ("/users?tenant_id=\(other)", 403), ("/groups", 403),
                ("/agents/\(made.agent.id)", 200), ("/tenants/\(other)", 403), ("/partners", 403),
            ]
            for row in rows {
                #expect(await server.call(.get, row.path, token: token).status == row.status, "\(row.path)")
            }
            #expect(await server.call(.patch, "/agents/\(made.agent.id)", ["name": "X"], token: token).status == 403)
        }
    }

    @Test func `another issuer than its tenant's does not know it`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            _ = try await server.tenant("other", of: server.partner("second"))
            for issuer in [AskedIssuer.platform, .tenant(slug: "other")] {
                await #expect(throws: Refusal.self) { _ = try await server.token(made.agent, issuer: issuer) }
            }
            #expect(try Self.claims(try await server.token(made.agent, issuer: .root))["sub"]?.text == made.agent.id)
        }
    }

    @Test func `a rotation with an overlap leaves both secrets, and without one the new one alone`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            let path = "/agents/\(made.agent.id)/rotate-secret"
            let second = await server.call(.post, path, ["overlap_seconds": 60]).json["data"] ?? .null
            _ = try await made.token(server)
            _ = try await server.token(second, issuer: .tenant(slug: "acme"))
            let third = await server.call(.post, path).json["data"] ?? .null
            _ = try await server.token(third, issuer: .tenant(slug: "acme"))
            for old in [made.agent, second] {
                await #expect(throws: Refusal.self) { try await server.token(old, issuer: .tenant(slug: "acme")) }
            }
        }
    }

    @Test func `what it was issued is over for good once it was suspended`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            let token = try await made.token(server)
            let path = "/agents/\(made.agent.id)"
            try await server.change(path, ["status": "SUSPENDED"])
            #expect(await server.call(.get, path, token: token).status == 401)
            await #expect(throws: Refusal.self) { try await made.token(server) }
            try await server.change(path, ["status": "ACTIVE"])
            #expect(await server.call(.get, path, token: token).status == 401)
            let again = try await made.token(server)
            #expect(await server.call(.get, path, token: again).status == 200)
        }
    }

    @Test func `it may make as many requests a minute as it is given, tokens and calls together`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server, ["rate_limit_rpm": 4])
            let token = try await made.token(server)
            let path = "/agents/\(made.agent.id)"
            for _ in 0..<3 { #expect(await server.call(.get, path, token: token).status == 200) }
            let fifth = await server.call(.get, path, token: token)
            #expect(fifth.status == 429, "\(fifth.text)")
            let seconds = try #require(fifth.header("retry-after").flatMap { Int64($0) })
            #expect((1...60).contains(seconds))
            await #expect(throws: Refusal.self) { try await made.token(server) }
            #expect(try server.last("token.refused")?.code == "rate_limited")
            #expect(try server.last("access.denied")?.code == "rate_limited")
            // Others go on, and a request that is refused takes nothing of the next minute.
            #expect(await server.call(.get, path).status == 200)
            server.clock.pass(microseconds: seconds * 1_000_000)
            for _ in 0..<4 { #expect(await server.call(.get, path, token: token).status == 200) }
            #expect(await server.call(.get, path, token: token).status == 429)
        }
    }

    @Test func `the requests of many connections at once are counted exactly`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server, ["rate_limit_rpm": 50])
            let token = try await made.token(server)
            let statuses = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<200 {
                    group.addTask { await server.call(.get, "/agents/\(made.agent.id)", token: token).status }
                }
                return await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [200: 49, 429: 151])
        }
    }

    /// A change that a tenant's own manager of agents asks for, and what becomes of it.
    private static let asked: [(body: Members, status: Int)] = [
        (["allowed_scopes": ["agents:read"]], 201), (["allowed_scopes": ["groups:write"]], 403),
        (["allowed_scopes": ["orders:write"]], 201), (["rate_limit_rpm": 0], 422), (["rate_limit_rpm": 1.5], 422),
        (["allowed_tools": ["two words"]], 422), (["allowed_tools": [""]], 422), (["token_lifetime": 59], 422),
        (["agent_type": .string(String(repeating: "a", count: 65))], 422), (["application_type": "SERVICE"], 422),
    ]

    @Test func `who registers an agent hands on no right that it does not hold`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let manager = try await server.tenantToken(tenant, slug: "acme", ["agents:write"])
            for (body, status) in Self.asked {
                var whole: Members = ["name": "Scout", "tenant_id": .string(tenant)]
                for (name, value) in body { whole[name] = value }
                let answer = await server.call(.post, "/agents", .object(whole), token: manager)
                #expect(answer.status == status, "\(body): \(answer.text)")
            }
        }
    }

    @Test func `the contract's other word for agents names the same`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            let one = await server.call(.get, "/agents/\(made.agent.id)")
            let other = await server.call(.get, "/mcp-agents/\(made.agent.id)")
            #expect(one.status == 200 && one.body == other.body)
            #expect(await server.call(.get, "/mcp-agents?agent_type=research").json.ids == [made.agent.id])
        }
    }

    @Test func `it stands among those who hold its scopes, and its access tells what gave them`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            let access = try await server.shown("/agents/\(made.agent.id)/access")
            #expect(access["kind"] == "agent" && access["active"] == true)
            #expect(access["scopes"]?.items?.compactMap { $0["scope"]?.text } == ["users:read", "agents:read"])
            let holders = await server.call(.get, "/access?scope=\(made.tenant)&scope_name=agents:read")
            #expect(holders.json["data"]?.items?.contains { $0["id"]?.text == made.agent.id } == true)
        }
    }

    @Test func `deleted and put back it comes without its secrets`() async throws {
        try await Server.run { server in
            let made = try await Tenancy(server)
            let deleted = try await server.delete("/agents/\(made.agent.id)")
            let plan = try await server.apply(["undo": ["indexes": [.integer(deleted)]]])
            #expect(plan.changes == ["restored agent"] && plan.losses.contains("secrets"))
            await #expect(throws: Refusal.self) { try await made.token(server) }
            let new = await server.call(.post, "/agents/\(made.agent.id)/rotate-secret").json["data"] ?? .null
            _ = try await server.token(new, issuer: .tenant(slug: "acme"))
        }
    }

    @Test func `who may manage applications alone ends no secret of an agent, by undoing that it was made`()
        async throws
    {
        try await Server.run { server in
            let made = try await Tenancy(server)
            let scopes = ["applications:write", "audit:read"]
            let token = try await server.tenantToken(made.tenant, slug: "acme", scopes)
            let secret = try #require(try server.entries().last { $0.data["agent_id"]?.text == made.agent.id })
            let request: JSON = ["undo": ["indexes": [.integer(Int64(secret.index))]]]
            let plan = try await server.plan(request, token: token)
            #expect(plan.changes.isEmpty && plan.conflicts.count == 1)
            let both = try await server.tenantToken(made.tenant, slug: "acme", ["agents:write", "audit:read"])
            #expect(try await server.plan(request, token: both).changes == ["retired secret"])
        }
    }

    private static func claims(_ token: String) throws -> JSON {
        let parts = token.split(separator: ".")
        return try JSON.parse(try Base64URL.decode(String(parts[1])))
    }
}
