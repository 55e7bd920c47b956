import Endpoints
import Engine
import EventLog
import Testing
import Wire

/// A client that does not know whether its request arrived sends it again, under the same Idempotency-Key.
struct RepetitionTests {
    private static func key(_ value: String) -> [(name: String, value: String)] { [("idempotency-key", value)] }
    private static let service: JSON = ["name": "Once", "application_type": "SERVICE", "scope": "GLOBAL"]

    @Test func `a repeated request gets the very same answer, a secret included, and does nothing`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let made = try await server.application()
            let next = await server.call(.get, "/signing-keys").json.ids[1]
            let requests: [(String, JSON?)] = [
                ("/applications", Self.service),
                ("/partners", ["name": "A", "slug": "a", "contact_email": "a@b.example"]),
                ("/tenants", ["name": "T", "slug": "t", "partner_id": .string(partner)]),
                ("/applications/\(made.id)/rotate-secret", nil), ("/signing-keys/\(next)/revoke", nil),
                ("/signing-keys/rotate", nil),
            ]
            for (number, (path, body)) in requests.enumerated() {
                let first = await server.call(.post, path, body, headers: Self.key("key-\(number)"))
                #expect(first.status < 300)
                let size = server.instance.status.size
                for form in [path, path + "/"] {
                    let again = await server.call(.post, form, body, headers: Self.key("key-\(number)"))
                    #expect(again.status == first.status)
                    #expect(again.body == first.body)
                    #expect(again.headers.map { "\($0)" } == first.headers.map { "\($0)" })
                }
                #expect(server.instance.status.size == size)
            }
        }
    }

    @Test func `the same key with another request is refused`() async throws {
        try await Server.run { server in
            #expect(await server.call(.post, "/applications", Self.service, headers: Self.key("k")).status == 201)
            let body: JSON = ["name": "B", "application_type": "SPA", "scope": "GLOBAL"]
            let other = await server.call(.post, "/applications", body, headers: Self.key("k"))
            #expect(other.status == 422)
            #expect(other.places == ["header.Idempotency-Key"])
            let elsewhere = await server.call(.post, "/partners", ["name": "A", "slug": "a"], headers: Self.key("k"))
            #expect(elsewhere.status == 422, "another path is another request")
        }
    }

    @Test func `a request that was refused has used up nothing`() async throws {
        try await Server.run { server in
            let partner = try await server.partner("full", ["max_tenants": 0])
            let body: JSON = ["name": "T", "slug": "t", "partner_id": .string(partner)]
            #expect(await server.call(.post, "/tenants", body, headers: Self.key("k")).status == 409)
            _ = await server.call(.patch, "/partners/\(partner)", ["max_tenants": 1])
            #expect(await server.call(.post, "/tenants", body, headers: Self.key("k")).status == 201)
        }
    }

    @Test func `a key belongs to who used it`() async throws {
        try await Server.run { server in
            let other = try await server.platformToken(["admin:write"])
            let body: JSON = ["name": "A", "slug": "a"]
            #expect(await server.call(.post, "/partners", body, headers: Self.key("k")).status == 201)
            #expect(await server.call(.post, "/partners", body, token: other, headers: Self.key("k")).status == 409)
        }
    }

    @Test func `two at the same time are one`() async throws {
        try await Server.run { server in
            let bodies = await withTaskGroup(of: Response.self) { group in
                for _ in 0..<50 {
                    group.addTask { await server.call(.post, "/applications", Self.service, headers: Self.key("k")) }
                }
                return await group.reduce(into: Set<[UInt8]>()) { $0.insert([UInt8($1.status / 100)] + $1.body) }
            }
            #expect(bodies.count == 1)
            #expect(bodies.first?.first == 2)
            let created = try server.count(of: "application.created")
            #expect(created == 2, "the founder's and this one")
        }
    }

    @Test func `a token that was taken back is not told again what was shown once`() async throws {
        try await Server.run { server in
            let made = try await server.application(["allowed_scopes": ["admin:write"]])
            let token = try await server.token(made.id, made["client_secret"]?.text ?? "")
            let ask = { () async -> Int in
                await server.call(.post, "/applications", Self.service, token: token, headers: Self.key("k")).status
            }
            #expect(await ask() == 201)
            _ = await server.call(.delete, "/applications/\(made.id)")
            #expect(await ask() == 401)
        }
    }

    @Test(arguments: [[""], [String(repeating: "k", count: 256)], ["a", "b"]])
    func `S36 a key has its bounds`(values: [String]) async throws {
        try await Server.run { server in
            let headers = values.map { (name: "idempotency-key", value: $0) }
            let answer = await server.call(.post, "/partners", ["name": "A", "slug": "a"], headers: headers)
            #expect(answer.status == 422)
            #expect(answer.places == ["header.Idempotency-Key"])
        }
    }
}
