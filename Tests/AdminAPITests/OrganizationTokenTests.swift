import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import OpenSSL
import Testing
import Wire

/// The tokens of organizations' clients: what stands in them, who gives them, and what ends them.
struct OrganizationTokenTests {
    private static func claims(_ token: String) throws -> JSON {
        let parts = token.split(separator: ".")
        return try JSON.parse(try Base64URL.decode(String(parts[1])))
    }

    @Test func `a token has exactly the contract's claims`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            let plain = try await server.organizationClient(of: organization)
            let least = try Self.claims(try await server.token(of: plain))
            #expect(
                Set(least.names) == ["iss", "sub", "client_id", "oid", "scopes", "exp", "iat", "nbf", "jti"]
            )
            #expect(least["scopes"] == [] && least["iss"] == .string(Server.base))
            let full = try await server.organizationClient(
                of: organization,
                [
                    "scopes": ["deploy:all", "logs:read"], "audience": ["api.acme.com"], "expiry": 600,
                    "custom_claims": [["key": "wksp_id", "value": "w1"]],
                ]
            )
            let answer = try await server.tokenAnswer(full)
            #expect(answer.json["expires_in"] == 600 && answer.json["scope"] == "deploy:all logs:read")
            #expect(answer.json["token_type"] == "Bearer")
            let token = try #require(answer.json["access_token"]?.text)
            let claims = try Self.claims(token)
            #expect(Set(claims.names) == Set(least.names).union(["aud", "custom_claims"]))
            #expect(claims["sub"] == .string(full.id) && claims["client_id"] == .string(full.id))
            #expect(claims["oid"] == .string(organization) && claims["scopes"] == ["deploy:all", "logs:read"])
            #expect(claims["aud"] == ["api.acme.com"] && claims["custom_claims"] == ["wksp_id": "w1"])
            #expect(claims["nbf"] == claims["iat"])
            #expect((claims["exp"]?.number ?? 0) - (claims["iat"]?.number ?? 0) == 600)
            let id = try #require(claims["jti"]?.text)
            #expect(id.hasPrefix("tkn_") && id.utf8.count == 21)
            let header = try JSON.parse(try Base64URL.decode(String(token.split(separator: ".")[0])))
            #expect(header["alg"] == "RS256" && header["typ"] == "at+jwt" && header["kid"] != nil)
            let issued = try #require(try server.last("token.issued"))
            #expect(issued.chain == organization && issued.actor.kind == .client && issued.stream == full.id)
            // What was written is what is read.
            let read = try #require(server.instance.keyRing.verify(token, now: server.instance.world.wall()))
            #expect(try JSON.parse(read.claims) == claims)
            let resource = try await server.token(of: full, "&resource=https%3A%2F%2Flogs.acme.com")
            #expect(try Self.claims(resource)["aud"] == ["https://logs.acme.com", "api.acme.com"])
        }
    }

    /// What is asked for, what is granted, and the error instead.
    private static let scopes: [(asked: String, granted: JSON?, error: String?)] = [
        ("", ["deploy:all", "logs:read"], nil), ("deploy:all", ["deploy:all"], nil),
        ("logs:read deploy:all", ["logs:read", "deploy:all"], nil), ("users:read logs:read", ["logs:read"], nil),
        ("admin:write", [], nil), ("muniment:anything", [], nil), ("deploy:none", nil, "invalid_scope"),
        ("logs:read deploy:none", nil, "invalid_scope"),
    ]

    @Test func `a request narrows the scopes: what is known is dropped, what is unknown refused`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let client = try await server.organizationClient(
                of: server.organization(),
                ["scopes": ["deploy:all", "logs:read"]]
            )
            for (asked, granted, error) in Self.scopes {
                let words = asked.replacing(" ", with: "+").replacing(":", with: "%3A")
                let answer = try await server.tokenAnswer(client, asked.isEmpty ? "" : "&scope=\(words)")
                #expect(answer.status == (error == nil ? 200 : 400), "\(asked): \(answer.text)")
                #expect(answer.json["error"]?.text == error)
                guard let token = answer.json["access_token"]?.text else { continue }
                #expect(try Self.claims(token)["scopes"] == granted, "\(asked)")
            }
        }
    }

    @Test func `whatever its scopes are called, its token opens nothing of ours`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            let strong = try await server.organizationClient(
                of: organization,
                ["scopes": ["admin:write", "clients:write", "metrics:read"], "audience": [.string(Server.base)]]
            )
            let token = try await server.token(of: strong)
            let paths = ["/tenants", "/clients", "/access?scope=platform&scope_name=x", "/users"]
            for path in paths { #expect(await server.call(.get, path, token: token).status == 403, "\(path)") }
            let own = await server.call(.get, "/organizations/\(organization)/clients", token: token)
            #expect(own.grpc == "403 7 PERMISSION_DENIED")
            let foreign = try await server.organizationClient(of: organization, ["audience": ["api.acme.com"]])
            let other = await server.call(.get, "/tenants", token: try await server.token(of: foreign))
            #expect(other.status == 401, "made for somebody else")
        }
    }

    @Test func `the root alone serves it, and tells and takes back its tokens there`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let client = try await server.organizationClient(of: server.organization("acme"))
            for path in ["/api/v1/platform/oauth/token", "/api/v1/auth/tenants/acme/oauth/token"] {
                let answer = try await server.tokenAnswer(client, at: path)
                #expect(answer.status == 401 && answer.json["error"] == "invalid_client", "\(path): \(answer.text)")
            }
            #expect(try await server.tokenAnswer(client, at: "//oauth/token").status == 200)
            let token = try await server.token(of: client)
            let told = try await server.form("/oauth/introspect", client, "&token=\(token)")
            #expect(told.json["active"] == true && told.json["client_id"] == .string(client.id), "\(told.text)")
            #expect(told.json["aud"] == nil)
            #expect(try await server.form("/oauth/revoke", client, "&token=\(token)").status == 200)
            #expect(try await server.form("/oauth/introspect", client, "&token=\(token)").json == ["active": false])
            #expect(try server.last("token.revoked")?.chain == client.organization)
        }
    }

    @Test func `it ends for good with the suspension of its organization, and of what that stands in`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let partner = try await server.partner("above")
            let organization = try await server.tenant("below", of: partner)
            let client = try await server.organizationClient(of: organization)
            for place in ["/tenants/\(organization)", "/partners/\(partner)"] {
                let token = try await server.token(of: client)
                let isActive = {
                    try await server.form("/oauth/introspect", client, "&token=\(token)").json["active"] == true
                }
                #expect(try await isActive())
                try await server.change(place, ["status": "SUSPENDED"])
                #expect(try await !isActive())
                #expect(try await server.tokenAnswer(client).json["error"] == "unauthorized_client")
                try await server.change(place, ["status": "ACTIVE"])
                #expect(try await !isActive(), "what was stopped is over for good")
            }
            let after = try Self.claims(try await server.token(of: client))
            #expect(after["ep"] == [0, 1, 1])
        }
    }

    @Test func `with a key of another algorithm none is issued, and the error says what to do`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let client = try await server.organizationClient(of: server.organization())
            try await server.perform(server.instance.rotation(algorithm: .ES256))
            let answer = try await server.tokenAnswer(client)
            #expect(answer.status == 400 && answer.json["error"] == "unauthorized_client", "\(answer.text)")
            #expect(answer.json["error_description"]?.text?.contains("--token-algorithm RS256") == true)
        }
    }
}
