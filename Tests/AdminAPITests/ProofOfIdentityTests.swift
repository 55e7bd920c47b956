import Endpoints
import Engine
import EventLog
import OpenID
import Testing
import Wire

/// Who may call at all: decided before anything else is looked at, and never without a trace.
struct ProofOfIdentityTests {
    @Test(
        arguments: [
            [], ["Bearer"], ["Bearer nonsense"], ["Bearer a.b.c"], ["Basic YTpi"], ["bearer "],
            ["Bearer a", "Bearer b"],
        ] as [[String]]
    )
    func `without a token that holds it is 401, and says how to ask`(values: [String]) async throws {
        try await Server.run { server in
            let headers = values.map { (name: "authorization", value: $0) }
            let answer = await server.send(.post, "/partners", token: "", headers: headers)
            #expect(answer.status == 401)
            #expect(answer.header("www-authenticate")?.hasPrefix("Bearer ") == true)
            #expect(answer.detail != nil)
            // RFC 6750 §3.1: a request without authentication is told no error code.
            let cameWithToken = values.first?.lowercased().hasPrefix("bearer") ?? false
            #expect(answer.header("www-authenticate")?.contains("error=") == cameWithToken)
        }
    }

    @Test func `S12 a token with any byte changed, cut or added proves nobody`() async throws {
        try await Server.run { server in
            let bytes = Array(server.token.utf8)
            var forged = [String(decoding: bytes.dropLast(), as: UTF8.self), server.token + "A"]
            for place in stride(from: 0, to: bytes.count, by: 7) {
                var changed = bytes
                changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                forged.append(String(decoding: changed, as: UTF8.self))
            }
            for token in forged where token != server.token {
                #expect(await server.call(.get, "/tenants", token: token).status == 401)
            }
        }
    }

    @Test func `L12 strangers are counted, and a known client's dead token is an entry`() async throws {
        try await Server.run { server in
            let made = try await server.application(["allowed_scopes": ["admin:read"]])
            let token = try await server.token(made.id, made["client_secret"]?.text ?? "")
            _ = await server.call(.patch, "/applications/\(made.id)", ["status": "SUSPENDED"])
            #expect(await server.call(.get, "/tenants", token: token).status == 401)
            let entry = try #require(try server.last("authentication.failed"))
            #expect(entry.stream == made.id)
            #expect(entry.actor.kind == .anonymous)
            #expect(entry.code == "invalid_token")
            #expect(entry.data["attempted"] == "tenants.list")
            #expect(entry.chain == "platform")

            for _ in 0..<5 { _ = await server.call(.get, "/tenants", token: "a.b.c") }
            server.clock.pass(microseconds: 11_000_000)
            _ = await server.call(.get, "/partners")
            let sum = try #require(try server.last("refusals.summarized"))
            #expect(sum.data["count"] == 5)
            #expect(sum.data["endpoint"] == "tenants.list")
        }
    }

    @Test func `a known client's dead token is told in its own chain, whatever it asked for`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("own", of: partner)
            let local = try await server.tenantApplication(tenant, ["tenants:read"])
            let shared = try await server.partnerApplication(partner, ["tenants:read"])
            for (made, home) in [(local, tenant), (shared, partner)] {
                let token = try await server.token(made, issuer: .tenant(slug: "own"))
                _ = await server.call(.patch, "/applications/\(made.id)", ["status": "SUSPENDED"])
                #expect(await server.call(.get, "/partners", token: token).status == 401)
                let entry = try #require(try server.last("authentication.failed"))
                #expect(entry.stream == made.id)
                #expect(entry.chain == home)
                #expect(entry.data["attempted"] == "partners.list")
            }
        }
    }

    @Test func `an expired token proves nobody`() async throws {
        try await Server.run { server in
            server.clock.pass(microseconds: 3_600_000_000)
            #expect(await server.call(.get, "/tenants").status == 401)
        }
    }

    @Test func `the platform's scopes open reading and writing, in the contract's words`() async throws {
        try await Server.run { server in
            let gate = "Platform token requires admin:read or admin:write scope"
            let reader = try await server.platformToken(["admin:read"])
            let writer = try await server.platformToken(["admin:write"])
            let neither = try await server.platformToken(["openid", "tenants:write"])
            #expect(await server.call(.get, "/partners", token: reader).status == 200)
            #expect(await server.call(.get, "/partners", token: writer).status == 200, "write implies read")
            for (method, token) in [(Request.Method.post, reader), (.get, neither), (.post, neither)] {
                let answer = await server.call(method, "/partners", token: token)
                #expect(answer.status == 403)
                #expect(String(decoding: answer.body, as: UTF8.self) == #"{"detail":"\#(gate)"}"#)
                let entry = try #require(try server.entries().last)
                #expect(entry.type == "access.denied")
                #expect(entry.result == .denied)
                #expect(entry.code == "insufficient_scope")
                #expect(entry.actor.id?.hasPrefix("app_") == true)
            }
            #expect(await server.call(.get, "/partners?status=deleted", token: reader).status == 403)
        }
    }
}
