import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// Tokens of a partner's application: for all present tenants of the partner, or for one.
struct PartnerTokenTests {
    private struct Partnership {
        let partner: String
        let tenants: [String]
        let other: String
        let application: JSON

        init(_ server: Server) async throws {
            partner = try await server.partner()
            tenants = [
                try await server.tenant("one", of: partner), try await server.tenant("two", of: partner),
            ]
            other = try await server.tenant("other", of: server.partner("second"))
            application = try await server.partnerApplication(partner, ["users:write", "tenants:read", "audit:read"])
        }
    }

    @Test func `a token of the root acts in every present tenant of the partner, and no higher`() async throws {
        try await Server.run { server in
            let made = try await Partnership(server)
            let token = try await server.token(made.application, issuer: .root)
            for tenant in made.tenants {
                let body: JSON = ["email": "ada@example.com", "tenant_id": .string(tenant)]
                #expect(await server.call(.post, "/users", body, token: token).status == 201)
            }
            let rows: [(path: String, status: Int)] = [
                ("/users?tenant_id=\(made.other)", 403), ("/tenants/\(made.other)", 403), ("/signing-keys", 403),
                ("/tenants/\(made.tenants[0])", 200), ("/partners", 403),
            ]
            for row in rows {
                let answer = await server.call(.get, row.path, token: token)
                #expect(answer.status == row.status, "\(row.path): \(answer.text)")
            }
            let listed = await server.call(.get, "/users", token: token)
            #expect(listed.json.total == 2)
            #expect(try server.last("token.issued")?.chain == made.partner)
        }
    }

    @Test func `a tenant that comes later is reached, one that goes to another partner is not`() async throws {
        try await Server.run { server in
            let made = try await Partnership(server)
            let token = try await server.token(made.application, issuer: .root)
            let later = try await server.tenant("later", of: made.partner)
            #expect(await server.call(.get, "/users?tenant_id=\(later)", token: token).status == 200)
            let second = try await server.shown("/tenants/\(made.other)")["partner_id"] ?? .null
            try await server.change("/tenants/\(made.tenants[0])", ["partner_id": second])
            #expect(await server.call(.get, "/users?tenant_id=\(made.tenants[0])", token: token).status == 403)
            #expect(await server.call(.get, "/users?tenant_id=\(made.tenants[1])", token: token).status == 200)
        }
    }

    @Test(arguments: ["slug", "identifier"])
    func `a token for one tenant, by its slug or identifier, opens no sibling`(naming: String) async throws {
        try await Server.run { server in
            let made = try await Partnership(server)
            let name = naming == "slug" ? "one" : made.tenants[0]
            let token = try await server.token(made.application, issuer: .rootFor(tenant: name))
            #expect(await server.call(.get, "/users?tenant_id=\(made.tenants[0])", token: token).status == 200)
            #expect(await server.call(.get, "/users?tenant_id=\(made.tenants[1])", token: token).status == 403)
        }
    }

    @Test func `a tenant of another partner, one that is gone and one that never was are not served`() async throws {
        try await Server.run { server in
            let made = try await Partnership(server)
            try await server.delete("/tenants/\(made.tenants[1])?cascade=true")
            for name in [made.other, "other", made.tenants[1], "two", "nobody", "tnt_nobody"] {
                await #expect(throws: Refusal.self, "\(name)") {
                    try await server.token(made.application, issuer: .rootFor(tenant: name))
                }
            }
        }
    }

    @Test func `it is over for good once the partner was suspended`() async throws {
        try await Server.run { server in
            let made = try await Partnership(server)
            let token = try await server.token(made.application, issuer: .root)
            try await server.change("/partners/\(made.partner)", ["status": "SUSPENDED"])
            #expect(await server.call(.get, "/users", token: token).status == 401)
            try await server.change("/partners/\(made.partner)", ["status": "ACTIVE"])
            #expect(await server.call(.get, "/users", token: token).status == 401)
        }
    }
}
