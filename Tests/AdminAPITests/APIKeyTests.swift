import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Wire

/// What an API key opens, for how long, and who may make, change and end one.
struct APIKeyTests {
    @Test func `a key is shown whole once, and is told of without its secret ever after`() async throws {
        try await Server.run { server in
            let body: JSON = ["name": "Deploys", "scopes": ["tenants:read"], "notes": "For the pipeline\nof the shop"]
            let made = await server.ask(.post, "/api-keys", body)
            #expect(made.status == 201)
            let key = try Server.minted(made)
            #expect(key.text.wholeMatch(of: try Regex(APIKeyText.pattern)) != nil)
            let found = await server.ask(.get, "/api-keys/\(key.id)")
            #expect(found.json == made.json["api_key"])
            #expect(found.json["prefix"]?.text.map { key.text.hasPrefix($0 + "_") } == true)
            #expect(found.json["workspace_id"] == .null && found.json["last_used_at"] == .null)
            let listed = await server.ask(.get, "/api-keys")
            #expect(listed.json.items == [found.json])
            let secret = String(key.text.suffix(49))
            #expect(!listed.text.contains(secret) && !found.text.contains(secret))
            for entry in try server.entries() { #expect(!"\(entry.data)".contains(secret)) }
        }
    }

    @Test func `a key opens what its scopes name, in its workspace and below, and nothing else`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let own = try await server.tenant("own", of: partner)
            let other = try await server.tenant("other", of: server.partner("second"))
            let cases: [(workspace: String?, scopes: [String], path: String, status: Int)] = [
                (nil, ["tenants:read"], "/tenants/\(own)", 200), (nil, ["tenants:write"], "/tenants/\(own)", 200),
                (nil, ["users:read"], "/tenants/\(own)", 403), (nil, ["admin:read"], "/tenants/\(own)", 200),
                (partner, ["tenants:read"], "/tenants/\(own)", 200),
                (partner, ["tenants:read"], "/tenants/\(other)", 403), (own, ["tenants:read"], "/tenants/\(own)", 200),
                (own, ["tenants:read"], "/tenants/\(other)", 403), (own, ["users:read"], "/users", 200),
                (own, ["users:read"], "/groups", 403), (own, ["signing-keys:read"], "/signing-keys", 403),
                (own, ["clusters:read"], "/tenants/\(own)", 403), (own, ["clusters:read"], "/clusters/\(own)", 200),
                (own, ["tenants:read"], "/clusters/\(own)", 403), (own, ["clusters:write"], "/clusters/\(own)", 200),
                (own, ["clusters:read"], "/clusters/\(other)", 404),
                (partner, ["clusters:read"], "/clusters/\(own)", 200),
                (partner, ["clusters:read"], "/clusters/\(other)", 404),
            ]
            for (workspace, scopes, path, status) in cases {
                let key = try await server.mint(scopes, at: workspace)
                let answer = await server.ask(.get, path, key: key)
                #expect(answer.status == status, "\(scopes) at \(workspace ?? "the platform"): \(path) \(answer.text)")
            }
        }
    }

    @Test func `what a key does is its own doing in the ledger`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("own", of: server.partner())
            let key = try await server.mint(["groups:write"], at: tenant)
            let body: JSON = ["name": "Staff", "tenant_id": .string(tenant)]
            #expect(await server.ask(.post, "/groups", body, key: key).status == 201)
            let actor = try #require(try server.last("group.created")?.actor)
            #expect(actor.kind == .apiKey && actor.id == key.id && actor.name == "A key" && actor.home == tenant)
            #expect(actor.credential?.hasPrefix("sks_") == true)
            #expect(await server.ask(.get, "/api-keys/\(key.id)").json["last_used_at"]?.text != nil)
            // Without the scope it is refused by name, which is an entry.
            let refused = await server.ask(.get, "/users", key: key)
            #expect(refused.status == 403)
            #expect(refused.detail == "API key does not have the required scope: users:read")
            #expect(try server.last("access.denied")?.actor.id == key.id)
        }
    }

    @Test func `nobody makes a key that is wider than what they hold, or that means nothing`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let own = try await server.tenant("own", of: partner)
            let other = try await server.tenant("other", of: partner)
            let maker = try await server.mint(["api-keys:write", "users:read"], at: own)
            let cases: [(body: JSON, status: Int, field: String?)] = [
                (["name": "A", "scopes": ["users:read"]], 201, nil),
                (["name": "A", "scopes": ["users:read", "api-keys:read"]], 201, nil),
                (["name": "A", "scopes": ["users:write"]], 403, nil),
                (["name": "A", "scopes": ["clusters:credentials:read"]], 403, nil),
                (["name": "A", "scopes": ["users:read"], "workspace_id": .string(own)], 201, nil),
                (["name": "A", "scopes": ["users:read"], "workspace_id": .string(other)], 404, nil),
                (["name": "A", "scopes": ["users:read"], "workspace_id": .string(partner)], 404, nil),
                (["name": "A", "scopes": ["users:read"], "workspace_id": "tnt_nobody"], 404, nil),
                (["name": "A", "scopes": ["users:read"], "workspace_id": "elsewhere"], 404, nil),
                (["name": "A", "scopes": ["users:read"], "workspace_id": 7], 422, "workspace_id"),
                (["name": "A", "scopes": ["users:read", "realms:read"]], 422, "scopes.1"),
                (["name": "A", "scopes": ["admin:write"]], 422, "scopes.0"), (["name": "A"], 422, "scopes"),
                (["scopes": ["users:read"]], 422, "name"), (["name": " ", "scopes": []], 422, "name"),
                (["name": "A", "scopes": [], "tenant_id": .string(own)], 422, "tenant_id"),
                (["name": "A", "scopes": [], "colour": "red"], 422, "colour"),
                (["name": "A", "scopes": [], "expires_at": "2099-01-01"], 422, "expires_at"),
                (["name": "A", "scopes": [], "expires_at": "2099-01-01T00:00:00"], 422, "expires_at"),
                (["name": "A", "scopes": [], "expires_at": "2001-01-01T00:00:00Z"], 422, "expires_at"),
                (["name": "A", "scopes": [], "expires_at": "2099-01-01T02:00:00+02:00"], 201, nil),
            ]
            for (body, status, field) in cases {
                let answer = await server.ask(.post, "/api-keys", body, key: maker)
                #expect(answer.status == status, "\(body): \(answer.text)")
                if let field { #expect(answer.json["errors"]?.items?.first?["field"]?.text == field, "\(answer.text)") }
            }
            // Whoever may write the platform may hand out any scope that has a name.
            _ = try await server.mint(["clusters:credentials:read", "tenants:credentials:read"], at: own)
        }
    }

    @Test func `a key has its maker's workspace unless another one is named`() async throws {
        try await Server.run { server in
            let own = try await server.tenant("own", of: server.partner())
            let maker = try await server.mint(["api-keys:write"], at: own)
            let made = try await server.mint(["api-keys:read"], by: maker)
            #expect(await server.ask(.get, "/api-keys/\(made.id)").json["workspace_id"]?.text == own)
            let token = try await server.tenantToken(own, slug: "own", ["api-keys:write"])
            let body: JSON = ["name": "A", "scopes": []]
            let answer = await server.ask(.post, "/api-keys", body, token: token)
            #expect(answer.json["api_key"]?["workspace_id"]?.text == own, "\(answer.text)")
        }
    }

    @Test func `a key ends at its moment to the second, and is told of as expired`() async throws {
        try await Server.run { server in
            let end = server.clock.world.wall().adding(seconds: 60)
            let key = try await server.mint(["clusters:read"], at: nil, ["expires_at": .string(end.text)])
            server.clock.pass(microseconds: end.microseconds - server.clock.world.wall().microseconds - 1_000_000)
            var told: [(status: Int, standing: String?, detail: String?)] = []
            for _ in 0..<3 {
                let answer = await server.ask(.get, "/clusters", key: key, waits: false)
                told.append((answer.status, await server.standing(of: key), answer.detail))
                server.clock.pass(microseconds: 1_000_000)
            }
            #expect(told.map(\.status) == [200, 401, 401])
            #expect(told.map(\.standing) == ["active", "expired", "expired"])
            #expect(told[1].detail == "The API key has expired")
            #expect(await server.ask(.get, "/api-keys").json.items?.first?["status"]?.text == "expired")
            #expect(await server.ask(.post, "/api-keys/\(key.id)/rotate").status == 409)
            #expect(await server.ask(.delete, "/api-keys/\(key.id)").status == 409)
            #expect(await server.ask(.patch, "/api-keys/\(key.id)", ["name": "B"]).status == 409)
        }
    }

    @Test func `a rotated key is dead at once, and the new one is the same key`() async throws {
        try await Server.run { server in
            let end = server.clock.world.wall().adding(seconds: 3_000)
            let old = try await server.mint(["clusters:read"], at: nil, ["expires_at": .string(end.text)])
            let before = await server.ask(.get, "/api-keys/\(old.id)").json
            let answer = await server.ask(.post, "/api-keys/\(old.id)/rotate")
            #expect(answer.status == 200)
            let new = try Server.minted(answer)
            #expect(new.id == old.id && new.text != old.text)
            #expect(answer.json["api_key"] == before)
            let refused = await server.ask(.get, "/clusters", key: old)
            #expect(refused.status == 401 && refused.detail == "The API key is malformed or unknown")
            #expect(await server.ask(.get, "/clusters", key: new).status == 200)
        }
    }

    @Test func `a revoked key opens nothing, and is read and listed as what it is`() async throws {
        try await Server.run { server in
            let key = try await server.mint(["clusters:read", "api-keys:write"])
            #expect(await server.ask(.delete, "/api-keys/\(key.id)", key: key).status == 204)
            let refused = await server.ask(.get, "/clusters", key: key)
            #expect(refused.status == 401 && refused.detail == "The API key is revoked")
            #expect(await server.standing(of: key) == "revoked")
            #expect(await server.ask(.get, "/api-keys").json.items?.map { $0["status"]?.text } == ["revoked"])
            for (method, path) in [(Request.Method.delete, ""), (.post, "/rotate")] {
                let again = await server.ask(method, "/api-keys/\(key.id)\(path)")
                #expect(again.status == 409 && again.detail == "The API key is revoked", "\(again.text)")
            }
            #expect(try server.count(of: "api_key.revoked") == 1)
            // That a known key was refused is an entry about it.
            let entry = try server.last("authentication.failed")
            #expect(entry?.stream == key.id && entry?.code == "api_key_revoked")
        }
    }

    @Test func `scopes are narrowed, or widened by who holds them`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("own", of: server.partner())
            let writer = try await server.mint(["api-keys:write", "users:read"], at: tenant)
            let key = try await server.mint(["groups:read", "users:read"], at: tenant)
            let path = "/api-keys/\(key.id)"
            let cases: [(body: JSON, status: Int)] = [
                (["scopes": ["groups:read", "users:read"]], 200), (["scopes": ["groups:read"]], 200),
                (["scopes": ["groups:read", "users:read"]], 200), (["scopes": ["groups:write"]], 403),
                (["scopes": ["users:read"], "name": "Narrow", "notes": .null], 200),
                (["scopes": ["groups:read"]], 403), (["scopes": ["realms:read"]], 422), (["name": .null], 422),
                (["expires_at": "2099-01-01T00:00:00Z"], 422), (["workspace_id": .null], 422),
            ]
            for (body, status) in cases {
                let answer = await server.ask(.patch, path, body, key: writer)
                #expect(answer.status == status, "\(body): \(answer.text)")
            }
            let told = await server.ask(.get, path).json
            #expect(told["name"]?.text == "Narrow" && told["scopes"] == ["users:read"])
            // Whoever receives a key's secret is granted what it opens.
            let wide = try await server.mint(["groups:read"], at: tenant)
            #expect(await server.ask(.post, "/api-keys/\(wide.id)/rotate", key: writer).status == 403)
            #expect(await server.ask(.post, path + "/rotate", key: writer).status == 200)
            // What it has lost it opens no longer.
            #expect(await server.ask(.get, "/groups", key: key).status == 401)
        }
    }

    @Test func `keys of another workspace are not there`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let own = try await server.tenant("own", of: partner)
            let other = try await server.tenant("other", of: partner)
            let key = try await server.mint(["api-keys:write"], at: own)
            let theirs = try await server.mint(["api-keys:write"], at: other)
            for (method, path, body) in [
                (Request.Method.get, "", nil as JSON?), (.patch, "", ["name": "Mine"]), (.delete, "", nil),
                (.post, "/rotate", nil),
            ] {
                let foreign = await server.ask(method, "/api-keys/\(theirs.id)\(path)", body, key: key)
                let unknown = await server.ask(method, "/api-keys/key_nobody\(path)", body, key: key)
                #expect(foreign.status == 404 && unknown.status == 404, "\(method) \(path): \(foreign.text)")
                #expect(foreign.detail == unknown.detail)
            }
            #expect(await server.ask(.get, "/api-keys", key: key).json.items?.map(\.id) == [key.id])
            #expect(await server.ask(.get, "/api-keys?workspace_id=\(other)", key: key).status == 404)
            #expect(await server.standing(of: theirs) == "active")
        }
    }

    @Test func `a key of a workspace that is stopped opens nothing while it is`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("own", of: partner)
            let key = try await server.mint(["clusters:read"], at: tenant)
            for place in ["/tenants/\(tenant)", "/partners/\(partner)"] {
                _ = await server.call(.patch, place, ["status": "SUSPENDED"])
                #expect(await server.ask(.get, "/clusters", key: key).status == 401, "\(place)")
                _ = await server.call(.patch, place, ["status": "ACTIVE"])
                #expect(await server.ask(.get, "/clusters", key: key).status == 200, "\(place)")
            }
            _ = await server.call(.delete, "/tenants/\(tenant)")
            #expect(await server.ask(.get, "/clusters", key: key).status == 401)
        }
    }

    @Test func `a request has one credential, and says a version that there is`() async throws {
        try await Server.run { server in
            let key = try await server.mint(["tenants:read", "clusters:read"])
            let credential = (name: "api-key", value: key.text)
            let bearer = (name: "authorization", value: "Bearer \(server.token)")
            let old = (name: "api-version", value: "2026-03-01")
            let cases: [(path: String, headers: [(name: String, value: String)], status: Int)] = [
                ("/clusters", [credential, Server.version], 200), ("/tenants", [credential], 200),
                ("/tenants", [credential, Server.version], 200), ("/tenants", [credential, old], 400),
                ("/clusters", [credential], 400), ("/clusters", [credential, old], 400),
                ("/clusters", [credential, Server.version, Server.version], 400),
                ("/clusters", [credential, bearer, Server.version], 400), ("/tenants", [credential, bearer], 400),
                ("/tenants", [credential, credential], 400),
                ("/tenants", [credential, ("authorization", "Basic eDp5")], 400),
                ("/clusters", [Server.version], 401), ("/clusters", [], 401),
                ("/clusters", [("api-key", ""), Server.version], 401), ("/clusters", [bearer, Server.version], 200),
            ]
            for (path, headers, status) in cases {
                server.clock.pass(microseconds: 1_000_000)
                let answer = await server.call(.get, path, token: "", headers: headers)
                #expect(answer.status == status, "\(path) \(headers.map(\.name)): \(answer.text)")
            }
        }
    }

    @Test func `a minting that is repeated answers the very same key`() async throws {
        try await Server.run { server in
            let maker = try await server.mint(["api-keys:write"])
            let headers = [Server.version, (name: "idempotency-key", value: "once")]
            let body: JSON = ["name": "A", "scopes": []]
            let first = await server.ask(.post, "/api-keys", body, key: maker, headers: headers)
            let again = await server.ask(.post, "/api-keys", body, key: maker, headers: headers)
            #expect(first.status == 201 && again.status == 201 && again.body == first.body)
            #expect(again.json["full_key"]?.text != nil)
            #expect(await server.ask(.get, "/api-keys").json.items?.count == 2)
        }
    }

    @Test func `a key that somebody found is revoked wherever it stands, and the answer is always the same`()
        async throws
    {
        try await Server.run { server in
            let tenant = try await server.tenant("own", of: server.partner())
            let key = try await server.mint(["clusters:read"], at: tenant)
            var slip = Array(key.text)
            slip[slip.count - 10] = slip[slip.count - 10] == "a" ? "b" : "a"
            let size = server.instance.status.size
            for text in ["", "nothing", String(slip), APIKeyText(random: server.clock.world.random).text] {
                let answer = await server.call(.post, "/api-keys/report-leak", ["key": .string(text)], token: "")
                #expect(answer.status == 202 && answer.body.isEmpty)
            }
            #expect(server.instance.status.size == size)
            #expect(await server.standing(of: key) == "active")
            for _ in 0..<2 {
                server.clock.pass(microseconds: 1_000_000)
                let answer = await server.call(.post, "/api-keys/report-leak", ["key": .string(key.text)], token: "")
                #expect(answer.status == 202 && answer.body.isEmpty)
            }
            #expect(await server.standing(of: key) == "revoked")
            #expect(await server.ask(.get, "/clusters", key: key).status == 401)
            let entries = try server.entries().filter { $0.type == "api_key.revoked" }
            #expect(entries.map(\.chain) == [tenant] && entries.first?.actor.kind == .anonymous)
            #expect(await server.call(.post, "/api-keys/report-leak", [:], token: "").status == 422)
        }
    }

    @Test func `a moment is restored with the keys that there are now`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("own", of: server.partner())
            let before = server.moment
            let key = try await server.mint(["clusters:read"], at: tenant)
            try await server.change("/tenants/\(tenant)", ["name": "Renamed"])
            try await server.apply(RestoreTests.restore(all: tenant, to: before))
            #expect(try await server.shown("/tenants/\(tenant)")["name"] == "Tenant own")
            #expect(await server.ask(.get, "/clusters", key: key).status == 200)
        }
    }
}

/// A key as it is written.
struct APIKeyTextTests {
    @Test func `every key matches the one expression, and says what is wrong with one that does not`() throws {
        let world = SimulatedWorld(seed: 7).world
        for _ in 0..<200 {
            let text = APIKeyText(random: world.random).text
            #expect(text.wholeMatch(of: try Regex(APIKeyText.pattern)) != nil, "\(text)")
            #expect("KEY=\"\(text)\"".firstMatch(of: try Regex(APIKeyText.pattern)) != nil)
            #expect(try APIKeyText(text).text == text)
        }
        let whole = APIKeyText(random: world.random).text
        let slip = whole.last == "0" ? "1" : "0"
        let cases: [(text: String, fault: APIKeyText.Fault)] = [
            ("", .start), ("sk_live_" + whole.dropFirst(8), .start), (String(whole.dropLast()), .length),
            (whole + "0", .length), (whole.dropLast() + slip, .checksum),
            (String(whole.prefix(12)) + "-" + whole.dropFirst(13), .characters),
            (String(whole.prefix(27)) + "0" + whole.dropFirst(28), .separator),
        ]
        for (text, fault) in cases { #expect(throws: fault, "\(text)") { _ = try APIKeyText(text) } }
    }

    @Test func `a key does not print itself whole`() {
        let key = APIKeyText(random: SimulatedWorld(seed: 8).world.random)
        #expect(!"\(key) \(String(reflecting: key))".contains(key.text.suffix(49)))
        #expect("\(key)".hasPrefix(key.beginning))
    }
}
