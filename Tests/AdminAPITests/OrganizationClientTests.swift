import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import OpenSSL
import Testing
import Wire

/// The clients of organizations, as Scalekit's contract has them administered.
struct OrganizationClientTests {
    private static let whole: Members = [
        "name": "GitHub Actions Deployment Service", "description": "Deploys to production",
        "custom_claims": [
            ["key": "github_repository", "value": "acmecorp/inventory-service"],
            ["key": "environment", "value": "production_us"],
        ], "scopes": ["deploy:applications", "read:deployments"], "audience": ["deployment-api.acmecorp.com"],
        "expiry": 1_800,
    ]

    private static func isNumbered(_ text: String?, _ prefix: String) -> Bool {
        guard let text, text.hasPrefix(prefix + "_") else { return false }
        let digits = text.utf8.dropFirst(prefix.utf8.count + 1)
        return digits.count == 17 && digits.allSatisfy { (0x30...0x39).contains($0) } && digits.first != 0x30
    }

    @Test func `the seven calls do what the contract says, in its shapes`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            let made = try await server.organizationClient(of: organization, Self.whole)
            #expect(Self.isNumbered(made.id, "m2morg"))
            let letters = made.secret.dropFirst(5)
            #expect(made.secret.hasPrefix("live_") && letters.utf8.count == 64)
            #expect(letters.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
            #expect(
                made.json.names == [
                    "client_id", "secrets", "name", "description", "organization_id", "create_time", "update_time",
                    "scopes", "audience", "custom_claims", "expiry",
                ]
            )
            for name in ["name", "description", "scopes", "audience", "custom_claims"] {
                #expect(made.json[name] == Self.whole[name], "\(name)")
            }
            #expect(made.json["expiry"] == "1800" && made.json["organization_id"] == .string(organization))
            let first = try #require(made.secrets.first)
            #expect(first.names == ["id", "create_time", "update_time", "secret_suffix", "status"])
            #expect(Self.isNumbered(first["id"]?.text, "sks") && first["status"] == "ACTIVE")
            #expect(first["secret_suffix"] == .string(String(made.secret.suffix(4))))
            #expect(try await server.shown(made) == made.json)

            let added = await server.call(.post, "\(made.path)/secrets")
            #expect(added.status == 201 && added.json.names == ["plain_secret", "secret"])
            let second = try #require(added.json["secret"]?["id"]?.text)
            #expect(try await server.shown(made)["secrets"]?.items?.count == 2)
            let removed = await server.call(.delete, "\(made.path)/secrets/\(first["id"]?.text ?? "")")
            #expect(removed.text == "200 {}")
            #expect(try await server.shown(made)["secrets"]?.items?.map { $0["id"]?.text } == [second])
            #expect(try await server.tokenAnswer(made).status == 401)
            #expect(try await server.tokenAnswer(made, secret: added.json["plain_secret"]?.text).status == 200)
            #expect(try await server.shown(made)["secrets"]?.items?.first?["last_used_time"] != nil)

            let changed = await server.call(.patch, made.path, ["name": "Renamed"])
            #expect(changed.status == 200 && changed.json["client"]?["name"] == "Renamed")
            let listed = await server.call(.get, "/organizations/\(organization)/clients")
            #expect(listed.json.names == ["next_page_token", "total_size", "clients", "prev_page_token"])
            #expect(listed.json["total_size"] == 1 && listed.json["next_page_token"] == "")
            #expect(await server.call(.delete, made.path).text == "200 {}")
            #expect(await server.call(.get, made.path).grpc == "404 5 NOT_FOUND")
            #expect(try await server.tokenAnswer(made, secret: added.json["plain_secret"]?.text).status == 401)
            let empty = await server.call(.get, "/organizations/\(organization)/clients")
            #expect(empty.json["clients"] == [] && empty.json["total_size"] == 0)
        }
    }

    @Test func `what is empty changes nothing, what is unknown is ignored, and claims are replaced as a whole`()
        async throws
    {
        try await Server.run(algorithm: .RS256) { server in
            let made = try await server.organizationClient(of: server.organization(), Self.whole)
            let before = try await server.shown(made)
            let nothing: JSON = [
                "name": "", "description": .null, "scopes": [], "audience": [], "custom_claims": [], "expiry": 0,
                "tenant_id": "tnt_other", "status": "SUSPENDED", "resource_id": "x",
            ]
            let idle = await server.call(.patch, made.path, nothing)
            #expect(idle.json["client"] == before, "\(idle.text)")
            #expect(try server.entries().last?.type == "client.read")
            let claims: JSON = [["key": "wksp_id", "value": "w1"]]
            let changed = await server.call(.patch, made.path, ["description": "New", "custom_claims": claims])
            #expect(
                changed.json["client"]?["description"] == "New" && changed.json["client"]?["custom_claims"] == claims
            )
            for name in ["name", "scopes", "audience", "expiry"] {
                #expect(changed.json["client"]?[name] == before[name], "\(name)")
            }
            for (asked, told) in [("600", "600"), (900, "900"), ("0", "900"), (.null, "900")] as [(JSON, JSON)] {
                let answer = await server.call(.patch, made.path, ["expiry": asked])
                #expect(answer.json["client"]?["expiry"] == told, "\(asked): \(answer.text)")
            }
        }
    }

    /// A body, and the field that the refusal names; nil where it is taken.
    private static let bounds: [(body: Members, field: String?)] = [
        (["name": .string(String(repeating: "é", count: 128))], nil),
        (["name": .string(String(repeating: "é", count: 129))], "name"), (["name": ""], "name"), (["name": 7], "name"),
        (["description": .string(String(repeating: "d", count: 512))], nil),
        (["description": .string(String(repeating: "d", count: 513))], "description"),
        (["expiry": 299], "expiry"), (["expiry": 300], nil), (["expiry": 86_400], nil), (["expiry": 86_401], "expiry"),
        (["expiry": "299"], "expiry"), (["expiry": "86400"], nil), (["expiry": "an hour"], "expiry"),
        (["expiry": -1], "expiry"), (["expiry": 300.5.json], "expiry"), (["expiry": "99999999999999999999"], "expiry"),
        (["scopes": ["deploy:all", "wörk"]], "scopes[1]"), (["scopes": "deploy"], "scopes"),
        (["scopes": ["admin:write", "tenants:write"]], nil), (["audience": ["api.acme.com", "https://a.b/c"]], nil),
        (["audience": ["two words"]], "audience[0]"),
        (["audience": [.string(String(repeating: "a", count: 1_024))]], nil),
        (["audience": [.string(String(repeating: "a", count: 1_025))]], "audience[0]"),
        (["custom_claims": ["key": "a"]], "custom_claims"),
        (["custom_claims": [["value": "a"]]], "custom_claims[0].key"),
        (["custom_claims": [["key": "a"]]], nil),
        (["custom_claims": [["key": "a", "value": 1]]], "custom_claims[0].value"),
        (["custom_claims": [["key": "a", "value": "1"], ["key": "a", "value": "2"]]], "custom_claims[1].key"),
        (["custom_claims": [["key": .string(String(repeating: "k", count: 128)), "value": "v"]]], nil),
        (
            ["custom_claims": [["key": .string(String(repeating: "k", count: 129)), "value": "v"]]],
            "custom_claims[0].key"
        ),
        (["custom_claims": [["key": "a", "value": .string(String(repeating: "v", count: 4_100))]]], "body"),
    ]

    @Test func `what may be asked for has its bounds, and a refusal names the field`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            let path = "/organizations/\(organization)/clients"
            for (body, field) in Self.bounds {
                var whole: Members = ["name": "Bounded"]
                for (name, value) in body { whole[name] = value }
                let answer = await server.call(.post, path, .object(whole))
                guard let field else {
                    #expect(answer.status == 201, "\(body): \(answer.text)")
                    continue
                }
                #expect(answer.grpc == "400 3 INVALID_ARGUMENT", "\(body): \(answer.text)")
                #expect(answer.violations == [field], "\(body): \(answer.text)")
                #expect(answer.message?.hasPrefix(field + ": ") == true)
            }
        }
    }

    @Test func `of many secrets added at once five are made, and a sixth never`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let made = try await server.organizationClient(of: server.organization())
            let answers = await withTaskGroup(of: Response.self) { group in
                for _ in 0..<40 { group.addTask { await server.call(.post, "\(made.path)/secrets") } }
                return await group.reduce(into: [Response]()) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 201 } == 4)
            #expect(answers.filter { $0.status != 201 }.allSatisfy { $0.grpc == "400 9 FAILED_PRECONDITION" })
            let secrets = try await server.shown(made)["secrets"]?.items ?? []
            #expect(secrets.count == 5 && secrets.allSatisfy { $0["status"] == "ACTIVE" })
            // Every one of them proves the client, and one that goes makes room for one.
            for secret in answers.compactMap({ $0.json["plain_secret"]?.text }) + [made.secret] {
                #expect(try await server.tokenAnswer(made, secret: secret).status == 200)
            }
            let gone = secrets[2]["id"]?.text ?? ""
            #expect(await server.call(.delete, "\(made.path)/secrets/\(gone)").status == 200)
            #expect(await server.call(.delete, "\(made.path)/secrets/\(gone)").grpc == "404 5 NOT_FOUND")
            #expect(await server.call(.post, "\(made.path)/secrets").status == 201)
            #expect(await server.call(.post, "\(made.path)/secrets").status == 400)
        }
    }

    @Test func `of many secrets removed at once the last that works stays`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let made = try await server.organizationClient(of: server.organization())
            for _ in 0..<4 { #expect(await server.call(.post, "\(made.path)/secrets").status == 201) }
            let ids = try await server.shown(made)["secrets"]?.items?.compactMap { $0["id"]?.text } ?? []
            let answers = await withTaskGroup(of: Response.self) { group in
                for id in ids { group.addTask { await server.call(.delete, "\(made.path)/secrets/\(id)") } }
                return await group.reduce(into: [Response]()) { $0.append($1) }
            }
            let refused = answers.filter { $0.status != 200 }
            #expect(refused.count == 1)
            #expect(refused.first?.grpc == "400 9 FAILED_PRECONDITION")
            #expect(refused.first?.message == "last client cannot be deleted")
            #expect(try await server.shown(made)["secrets"]?.items?.count == 1)
        }
    }

    @Test func `a secret that has ended is INACTIVE, counts for nothing and may go`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let made = try await server.organizationClient(of: server.organization())
            let id = try #require(OrganizationClientID(made.id))
            let next = ClientSecret(ofOrganizationBy: server.instance.world.random, macKey: server.instance.macKey)
            try await server.perform(RotateSecret(client: id, secret: next, overlapSeconds: 60))
            server.clock.pass(microseconds: 61_000_000)
            let secrets = try await server.shown(made)["secrets"]?.items ?? []
            #expect(secrets.map { $0["status"]?.text } == ["INACTIVE", "ACTIVE"])
            #expect(secrets[0]["expire_time"]?.text != nil && secrets[1]["expire_time"] == nil)
            #expect(try await server.tokenAnswer(made).status == 401)
            #expect(await server.call(.delete, "\(made.path)/secrets/\(secrets[1]["id"]?.text ?? "")").status == 400)
            for _ in 0..<4 { #expect(await server.call(.post, "\(made.path)/secrets").status == 201) }
            #expect(await server.call(.post, "\(made.path)/secrets").status == 400)
            #expect(await server.call(.delete, "\(made.path)/secrets/\(secrets[0]["id"]?.text ?? "")").status == 200)
        }
    }

    @Test func `a client is found below its own organization alone, and only by who reaches that`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let own = try await server.organization("own")
            let other = try await server.organization("other")
            let made = try await server.organizationClient(of: own)
            let elsewhere = "/organizations/\(other)/clients/\(made.id)"
            let secret = made.secrets[0]["id"]?.text ?? ""
            let calls: [(Request.Method, below: String, JSON?)] = [
                (.get, "", nil), (.patch, "", ["name": "X"]), (.delete, "", nil), (.post, "/secrets", nil),
                (.delete, "/secrets/\(secret)", nil),
            ]
            let stranger = try await server.tenantToken(other, slug: "other", ["clients:write"])
            let size = try server.count(of: "access.denied")
            for (method, below, body) in calls {
                let misplaced = await server.call(method, elsewhere + below, body)
                #expect(misplaced.grpc == "404 5 NOT_FOUND", "\(method) \(below): \(misplaced.text)")
                let unreached = await server.call(method, made.path + below, body, token: stranger)
                #expect(unreached.grpc == "404 5 NOT_FOUND", "\(method) \(below): \(unreached.text)")
            }
            // What is out of reach is told as what is not there, and the entry knows better.
            let none = await server.call(.get, "/organizations/tnt_none/clients", token: stranger)
            let unreached = await server.call(.get, "/organizations/\(own)/clients", token: stranger)
            #expect(none.text == unreached.text && none.message == "Organization not found")
            #expect(try server.count(of: "access.denied") == size + calls.count + 1)
            #expect(try await server.shown(made) == made.json)
            let manager = try await server.tenantToken(own, slug: "own", ["clients:write"])
            #expect(await server.call(.get, made.path, token: manager).status == 200)
            _ = try await server.organizationClient(of: own, ["scopes": ["admin:write"]], token: manager)
        }
    }

    @Test func `refusals are statuses of gRPC`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            let made = try await server.organizationClient(of: organization)
            let reader = try await server.tenantToken(organization, slug: "acme", ["clients:read"])
            let clients = "/organizations/\(organization)/clients"
            let rows:
                [(Request.Method, String, JSON?, token: String?, headers: [(name: String, value: String)], String)] = [
                    (.get, clients, nil, "", [], "401 16 UNAUTHENTICATED"),
                    (.get, clients, nil, "nonsense", [], "401 16 UNAUTHENTICATED"),
                    (.post, clients, ["name": "X"], reader, [], "403 7 PERMISSION_DENIED"),
                    (.post, clients, ["name": 1], reader, [], "403 7 PERMISSION_DENIED"),
                    (.post, clients, ["name": 1], nil, [], "400 3 INVALID_ARGUMENT"),
                    (.post, clients, ["name": "X"], nil, [("content-type", "text/plain")], "415 3 INVALID_ARGUMENT"),
                    (.post, clients, [], nil, [], "400 3 INVALID_ARGUMENT"),
                    (.get, "\(clients)?colour=red", nil, nil, [], "400 3 INVALID_ARGUMENT"),
                    (.get, "\(clients)?page_size=-1", nil, nil, [], "400 3 INVALID_ARGUMENT"),
                    (.get, "/organizations/tnt_none/clients", nil, nil, [], "404 5 NOT_FOUND"),
                    (.post, "/organizations/org-1/clients", ["name": "X"], nil, [], "404 5 NOT_FOUND"),
                    (.get, "\(clients)/m2morg_12345678901234567", nil, nil, [], "404 5 NOT_FOUND"),
                    (.get, "\(clients)/nobody", nil, nil, [], "404 5 NOT_FOUND"),
                    (.delete, "\(made.path)/secrets/sks_1", nil, nil, [], "404 5 NOT_FOUND"),
                    (.patch, made.path, ["name": "X"], nil, [("if-match", "\"9\"")], "409 10 ABORTED"),
                ]
            for row in rows {
                let answer = await server.call(row.0, row.1, row.2, token: row.token, headers: row.headers)
                #expect(answer.grpc == row.5, "\(row.0) \(row.1): \(answer.text)")
                #expect(answer.header("content-type") == "application/json")
            }
            let missing = await server.call(.get, clients, token: "")
            let type = "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo"
            #expect(
                missing.json == [
                    "code": 16, "message": "Token empty",
                    "details": [["@type": .string(type), "error_code": "UNAUTHENTICATED"]],
                ]
            )
            let denied = await server.call(.post, clients, ["name": "X"], token: reader)
            let info = denied.json["details"]?.items?.first?["resource_info"]
            #expect(info?["required_permissions"] == ["clients:write"])
            try await server.change("/tenants/\(organization)", ["status": "SUSPENDED"])
            #expect(await server.call(.post, clients, ["name": "X"]).grpc == "400 9 FAILED_PRECONDITION")
        }
    }

    @Test func `where tokens are signed with another algorithm no client is registered, and why is said`() async throws
    {
        try await Server.run { server in
            let organization = try await server.organization()
            let answer = await server.call(.post, "/organizations/\(organization)/clients", ["name": "X"])
            #expect(answer.grpc == "400 9 FAILED_PRECONDITION")
            #expect(answer.message?.contains("--token-algorithm RS256") == true)
            #expect(try server.count(of: "client.created") == 0)
        }
    }

    @Test func `a repeated registration answers the same secret, and a preview does nothing`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let clients = "/organizations/\(try await server.organization())/clients"
            let key = [(name: "idempotency-key", value: "once")]
            let first = await server.call(.post, clients, ["name": "Once"], headers: key)
            let again = await server.call(.post, clients, ["name": "Once"], headers: key)
            #expect(first.status == 201 && first.text == again.text)
            #expect(await server.call(.post, clients, ["name": "Twice"], headers: key).grpc == "400 3 INVALID_ARGUMENT")
            let shown = await server.call(.post, "\(clients)?preview=true", ["name": "Perhaps"])
            #expect(shown.status == 200 && shown.json["changes"]?.items?.isEmpty == false, "\(shown.text)")
            let agreed = [(name: "muniment-preview", value: shown.json["digest"]?.text ?? "")]
            let other = await server.call(.post, clients, ["name": "Another"], headers: agreed)
            #expect(other.grpc == "400 9 FAILED_PRECONDITION" && other.json["plan"]?["digest"] != nil, "\(other.text)")
            #expect(await server.call(.get, clients).json["total_size"] == 1)
            #expect(await server.call(.post, clients, ["name": "Perhaps"], headers: agreed).status == 201)
        }
    }

    @Test func `administrators see clients, and write them in the contract's own words alone`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            let made = try await server.organizationClient(of: organization, Self.whole)
            let one = "/clients/\(made.id)"
            let shown = try await server.shown(one)
            #expect(shown["client_id"] == .string(made.id) && shown["tenant_id"] == .string(organization))
            #expect(shown["custom_claims"]?["environment"] == "production_us" && shown["expiry"] == 1_800)
            #expect(await server.call(.get, "/clients?tenant_id=\(organization)").json.ids == [made.id])
            #expect(await server.call(.get, "\(one)/secrets").json["data"]?.items?.count == 1)
            #expect(await server.call(.get, "\(one)/history").json["data"]?.items?.count == 1)
            let access = try await server.shown("\(one)/access")
            #expect(access["kind"] == "client" && access["scopes"] == [])
            let writes = server.table.endpoints.filter {
                $0.path.description.hasPrefix("/api/v1/admin/clients") && $0.method != .get
            }
            #expect(writes.map(\.name) == [])
            let holders = await server.call(.get, "/access?scope=\(organization)&scope_name=deploy:applications")
            #expect(holders.json["data"] == [])
        }
    }

    @Test func `deleted by mistake it is put back without its secrets, and gets a new one`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let made = try await server.organizationClient(of: server.organization(), Self.whole)
            #expect(await server.call(.delete, made.path).status == 200)
            try await server.restore(try #require(OrganizationClientID(made.id)))
            #expect(try await server.shown(made)["secrets"] == [])
            #expect(try await server.shown(made)["custom_claims"] == made.json["custom_claims"])
            #expect(try await server.tokenAnswer(made).status == 401)
            let added = await server.call(.post, "\(made.path)/secrets")
            #expect(try await server.tokenAnswer(made, secret: added.json["plain_secret"]?.text).status == 200)
        }
    }

    @Test func `an identifier that is taken is not given again`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            let made = try await server.organizationClient(of: organization)
            let id = try #require(OrganizationClientID(made.id))
            let changes = try Changes<OrganizationClient>(
                ["name": "Twin", "tenant_id": .string(organization)],
                for: .create
            )
            let again = Change<OrganizationClient>(id) { context in
                try OrganizationClient.register(
                    changes,
                    as: id,
                    secret: nil,
                    by: context.authority,
                    facts: context.facts
                )
            }
            let refusal = await #expect(throws: Refusal.self) { try await server.perform(again) }
            guard case .rejected(let rejection) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(rejection.code == Rejection.identifierTaken && rejection.kind == .conflict)
        }
    }
}

extension Double {
    /// As a client writes it.
    fileprivate var json: JSON { .decimal("\(self)") }
}
