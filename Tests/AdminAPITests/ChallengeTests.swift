import Endpoints
import OpenID
import Testing
import Wire

/// What a token that opens too little is told (RFC 6750 §3): a challenge, with the scope that would open it.
struct ChallengeTests {
    @Test func `a token without the scope is challenged with the one it needs`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("acme", of: server.partner())
            let nothing = try await server.platformToken(["orders:read"])
            let tenants = try await server.tenantToken(tenant, slug: "acme", ["users:read"])
            let scoped = "Bearer realm=\"muniment\", error=\"insufficient_scope\""
            let cases: [(Request.Method, String, String, String)] = [
                (.get, "/tenants", nothing, scoped + ", scope=\"admin:read admin:write\""),
                (.post, "/tenants", nothing, scoped + ", scope=\"admin:write\""),
                (.post, "/users", tenants, scoped + ", scope=\"users:write\""),
                // No scope of a tenant's token makes partners.
                (.post, "/partners", tenants, scoped),
            ]
            for (method, path, token, challenge) in cases {
                let answer = await server.call(method, path, method == .post ? [:] : nil, token: token)
                #expect(answer.status == 403 && answer.header("www-authenticate") == challenge, "\(method) \(path)")
            }
            // What is out of reach is no matter of scopes, and says so all the same.
            let other = try await server.tenant("other", of: server.partner("second"))
            let far = await server.call(.get, "/users?tenant_id=\(other)", token: tenants)
            #expect(far.status == 403 && far.header("www-authenticate") == scoped)
        }
    }

    @Test func `an integer is one by its value, as the document says`() async throws {
        try await Server.run { server in
            for (written, means) in [("3600.0", 3_600), ("3.6e3", 3_600), ("360e1", 3_600), ("86400", 86_400)] {
                let body = #"{"name":"A","application_type":"SERVICE","scope":"GLOBAL","token_lifetime":\#(written)}"#
                let json = [(name: "content-type", value: "application/json")]
                let answer = await server.send(.post, "/applications", body: .bytes(Array(body.utf8)), headers: json)
                #expect(answer.json["data"]?["token_lifetime"] == .integer(Int64(means)), "\(written): \(answer.text)")
            }
            #expect(await server.call(.get, "/partners?page=1.0").status == 200)
            #expect(await server.call(.get, "/partners?page=1.5").status == 422)
        }
    }
}
