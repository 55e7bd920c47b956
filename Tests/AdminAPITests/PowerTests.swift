import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// Nobody comes by more than it has: not through another application, another tenant, a repetition or a gate.
struct PowerTests {
    /// A tenant with an application that may manage applications and nothing else, and one that may do more.
    private struct Tenancy {
        let partner: String
        let tenant: String
        /// Holds `applications:write` alone.
        let manager: String
        /// What holds more than that.
        let strong: String

        init(_ server: Server, _ more: Members = [:]) async throws {
            partner = try await server.partner()
            tenant = try await server.tenant("home", of: partner)
            manager = try await server.tenantToken(tenant, slug: "home", ["applications:write"])
            var given: Members = [
                "application_type": "WEB", "redirect_uris": ["https://a.example/back"], "token_lifetime": 600,
            ]
            for (name, value) in more { given[name] = value }
            strong = try await server.tenantApplication(tenant, ["applications:write", "audit:read"], given).id
        }
    }

    @Test func `a gate refuses a tenant's token, whatever scope it holds`() async throws {
        try await Server.run { server in
            let gate = ScopeGate(server.instance, server.settings, scope: "metrics:read", endpoint: "metrics.read")
            let partner = try await server.partner()
            let tenant = try await server.tenant("home", of: partner)
            let shared = try await server.partnerApplication(partner, ["metrics:read"])
            let refused = [
                try await server.tenantToken(tenant, slug: "home", ["metrics:read", "audit:read"]),
                try await server.token(shared, issuer: .tenant(slug: "home")),
            ]
            for token in refused {
                let answer = gate.refusal(Self.request(token))
                #expect(answer?.status == 403)
                #expect(answer?.header("www-authenticate")?.contains(#"error="insufficient_scope""#) == true)
            }
            #expect(gate.refusal(Self.request(try await server.platformToken(["metrics:read"]))) == nil)
        }
    }

    private static func request(_ token: String) -> Request {
        let headers = [(name: "authorization", value: "Bearer \(token)")]
        return Request(method: .get, path: "/metrics", headers: headers, id: "req_1")
    }

    @Test func `an answer of one tenant is not repeated to a token of another, though both are of one application`()
        async throws
    {
        try await Server.run { server in
            let partner = try await server.partner()
            let first = try await server.tenant("first", of: partner)
            _ = try await server.tenant("second", of: partner)
            let shared = try await server.partnerApplication(partner, ["applications:write"])
            let (here, there) = (
                try await server.token(shared, issuer: .tenant(slug: "first")),
                try await server.token(shared, issuer: .tenant(slug: "second"))
            )
            let key = [(name: "idempotency-key", value: "once")]
            let body: JSON = [
                "name": "Made", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": .string(first),
            ]
            let made = await server.call(.post, "/applications", body, token: here, headers: key)
            #expect(made.status == 201)
            let rotate = "/applications/\(made.json["data"]?.id ?? "")/rotate-secret"
            let turn = [(name: "idempotency-key", value: "turn")]
            let rotated = await server.call(.post, rotate, token: here, headers: turn)
            #expect(rotated.status == 200)
            for (path, body, headers, answer) in [
                ("/applications", body, key, made), (rotate, nil, turn, rotated),
            ] as [(String, JSON?, [(name: String, value: String)], Response)] {
                let secret = try #require(answer.json["data"]?["client_secret"]?.text)
                let again = await server.call(.post, path, body, token: there, headers: headers)
                #expect(again.text == #"403 {"detail":"Access denied"}"#)
                #expect(!again.text.contains(secret))
                #expect(try server.entries().last?.type == "access.denied")
                #expect(await server.call(.post, path, body, token: here, headers: headers).body == answer.body)
            }
            #expect(try server.entries().count { $0.type == "application.created" && $0.chain == first } == 1)
        }
    }

    @Test func `applications:write alone does not start what holds more, nor send it elsewhere, nor prolong it`()
        async throws
    {
        try await Server.run { server in
            let given = try await Tenancy(server)
            let path = "/applications/\(given.strong)"
            #expect(await server.call(.patch, path, ["status": "SUSPENDED"], token: given.manager).status == 200)
            let version = await server.call(.get, path).header("etag")
            let refused: [JSON] = [
                ["status": "ACTIVE"], ["redirect_uris": ["https://evil.example/"]],
                ["redirect_uris": ["https://a.example/back", "https://evil.example/"]], ["token_lifetime": 601],
                ["token_exchange_allowed": true], ["status": "ACTIVE", "name": "Innocent"],
            ]
            for body in refused {
                let answer = await server.call(.patch, path, body, token: given.manager)
                #expect(answer.text == #"403 {"detail":"Access denied"}"#, "\(body.compact)")
                let entry = try #require(try server.entries().last)
                #expect(entry.type == "access.denied" && entry.data["target"]?.text == given.strong)
            }
            #expect(await server.call(.post, "\(path)/rotate-secret", token: given.manager).status == 403)
            #expect(await server.call(.get, path).header("etag") == version)
            // What takes away from it, or says nothing of what it may, is not more.
            let allowed: [JSON] = [
                ["name": "Renamed"], ["token_lifetime": 300], ["redirect_uris": []], ["allowed_scopes": ["audit:read"]],
                ["allowed_scopes": []], ["status": "ACTIVE", "token_lifetime": 900],
            ]
            for body in allowed {
                let answer = await server.call(.patch, path, body, token: given.manager)
                #expect(answer.status == 200, "\(answer.text)")
            }
        }
    }

    @Test func `who holds all of it starts it again`() async throws {
        try await Server.run { server in
            let given = try await Tenancy(server)
            let token = try await server.tenantToken(given.tenant, slug: "home", ["applications:write", "audit:read"])
            let path = "/applications/\(given.strong)"
            for body in [
                ["status": "SUSPENDED"], ["status": "ACTIVE"], ["token_lifetime": 3_600],
                ["redirect_uris": ["https://b.example/"]],
            ] as [JSON] {
                #expect(await server.call(.patch, path, body, token: token).status == 200)
            }
        }
    }

    @Test(arguments: [true, false])
    func `who was suspended by the platform is not started by the tenant's own token`(fromStart: Bool) async throws {
        try await Server.run { server in
            let given = try await Tenancy(server, fromStart ? ["status": "SUSPENDED"] : [:])
            let path = "/applications/\(given.strong)"
            let token = try await server.tenantToken(given.tenant, slug: "home", ["applications:write", "audit:read"])
            if !fromStart { _ = await server.call(.patch, path, ["status": "SUSPENDED"]) }
            for body in [["status": "ACTIVE"], ["status": "ACTIVE", "allowed_scopes": []]] as [JSON] {
                let answer = await server.call(.patch, path, body, token: token)
                #expect(answer.text == #"403 {"detail":"Access denied"}"#)
            }
            // To say again that it is suspended makes nobody else the one who suspended it.
            _ = await server.call(.patch, path, ["status": "SUSPENDED", "name": "Mine now"], token: token)
            #expect(await server.call(.patch, path, ["status": "ACTIVE"], token: token).status == 403)
            #expect(await server.call(.get, path).json["data"]?["status"] == "SUSPENDED")
            #expect(await server.call(.patch, path, ["status": "ACTIVE"]).status == 200)
            // Its own suspension it may end.
            for status in ["SUSPENDED", "ACTIVE"] {
                let body: JSON = ["status": .string(status)]
                #expect(await server.call(.patch, path, body, token: token).status == 200)
            }
        }
    }

    @Test func `the same list read by one application at two tenants is an entry in both chains`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let scopes = ["applications:read", "tenants:read", "audit:read"]
            let shared = try await server.partnerApplication(partner, scopes)
            var (tenants, tokens): ([String], [String]) = ([], [])
            for slug in ["first", "second"] {
                tenants.append(try await server.tenant(slug, of: partner))
                tokens.append(try await server.token(shared, issuer: .tenant(slug: slug)))
            }
            for (path, type) in [
                ("/applications", "application.listed"), ("/tenants", "tenant.listed"),
                ("/audit?per_page=1", "entry.listed"),
            ] {
                let size = server.instance.status.size
                for token in tokens { #expect(await server.call(.get, path, token: token).status == 200, "\(path)") }
                let chains = try server.entries().dropFirst(Int(size)).filter { $0.type == type }.map(\.chain)
                #expect(chains == tenants, "\(path)")
            }
        }
    }

    @Test func `a tenant finds no entry by an address that it is not shown`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("home", of: partner)
            let token = try await server.tenantToken(tenant, slug: "home", ["audit:read", "tenants:read"])
            let shared = try await server.partnerApplication(partner, ["tenants:read"])
            let above = try await server.token(shared, issuer: .tenant(slug: "home"))
            // From one address: the platform changes, the partner's application reads, and so does the tenant's own.
            _ = await server.call(.patch, "/tenants/\(tenant)", ["name": "Changed"])
            for token in [above, token] { _ = await server.call(.get, "/tenants/\(tenant)", token: token) }

            let chain = await server.call(.get, "/audit?per_page=100", token: token).json["data"]?.items ?? []
            let reads = chain.filter { $0["action"] == "tenant.read" }
            #expect(reads.count == 2)
            #expect(Set(reads.map { $0["ip_address"]?.text }) == [nil, "192.0.2.44"])
            #expect(reads.contains { $0["actor_id"]?.text == shared.id && $0["ip_address"] == .null })

            let found = await server.call(.get, "/audit?per_page=100&ip_address=192.0.2.44", token: token).json
            let shown = found["data"]?.items ?? []
            #expect(!shown.isEmpty && shown.allSatisfy { $0["ip_address"] == "192.0.2.44" })
            #expect(found.total == Int64(shown.count))
            let hidden = chain.filter { $0["ip_address"] == .null }.compactMap { $0["index"]?.number }
            #expect(!hidden.isEmpty && Set(shown.compactMap { $0["index"]?.number }).isDisjoint(with: hidden))
            // To the platform they all are from there.
            let all = await server.call(.get, "/audit?per_page=100&tenant_id=\(tenant)&ip_address=192.0.2.44").json
            let known = Set(all["data"]?.items?.compactMap { $0["index"]?.number } ?? [])
            #expect(known.isSuperset(of: reads.compactMap { $0["index"]?.number }))
        }
    }
}
