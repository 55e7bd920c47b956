import Endpoints
import Engine
import Testing
import Wire

/// What the other OAuth endpoints say, to the letter.
struct TranscriptTests {
    private static let folder = SnapshotFolder("transcripts")
    private static let tenantPath = "/api/v1/auth/tenants/widget/oauth"

    @Test func `introspection says what it always said`() async throws {
        let (session, clients) = try await Session.withPlatform()
        let (global, tenant, path) = (clients.global, clients.tenant, "/oauth/introspect")
        var transcript = Transcript(session, "Introspection (RFC 7662)")
        let own = "token=" + (try #require(try await session.token(global)))
        let tenants = "token=" + (try #require(try await session.token(tenant)))
        let wrong = Client(id: global.id, secret: "wrong")
        try await transcript.form("A client's own token.", own, by: global, at: path)
        try await transcript.form("The same, authenticated in the form.", "\(own)&\(global.fields)", at: path)
        try await transcript.form("At a tenant's door.", tenants, by: tenant, at: Self.tenantPath + "/introspect")
        try await transcript.form("Somebody else's token.", tenants, by: global, at: path)
        try await transcript.form("A text that is no token.", "token=abc", by: global, at: path)
        try await transcript.form("No token.", "", by: global, at: path)
        try await transcript.form("A wrong secret.", own, by: wrong, at: path)
        try await transcript.form("A wrong door.", own, by: global, at: Self.tenantPath + "/introspect")
        _ = try await session.ask(session.form("/oauth/revoke", own, basic: global))
        try await transcript.form("A token that was taken back.", own, by: global, at: path)
        try await session.pass(seconds: 1_800)
        try await transcript.form("A token that has expired.", tenants, by: tenant, at: path)
        try await session.close()
        try Self.folder.expect(transcript.text, is: "introspection.txt")
    }

    @Test func `revocation says what it always said`() async throws {
        let (session, clients) = try await Session.withPlatform()
        let (global, path) = (clients.global, "/oauth/revoke")
        var transcript = Transcript(session, "Revocation (RFC 7009)")
        let own = "token=" + (try #require(try await session.token(global)))
        let tenants = "token=" + (try #require(try await session.token(clients.tenant)))
        let again = "\(own)&token_type_hint=access_token&\(global.fields)"
        try await transcript.form("A wrong secret.", own, by: Client(id: global.id, secret: "wrong"), at: path)
        try await transcript.form("Somebody else's token.", tenants, by: global, at: path)
        try await transcript.form("A client's own token.", own, by: global, at: path)
        try await transcript.form("The same again, in the form.", again, at: path)
        try await transcript.form("A text that is no token.", "token=abc", by: global, at: path)
        try await transcript.form("No token.", "", by: global, at: path)
        try await transcript.form("A wrong door.", own, by: global, at: Self.tenantPath + "/revoke")
        try await transcript.form("At a tenant's door.", tenants, by: clients.tenant, at: Self.tenantPath + "/revoke")
        try await session.close()
        try Self.folder.expect(transcript.text, is: "revocation.txt")
    }

    @Test func `discovery and the key set say what they always said`() async throws {
        let (session, clients) = try await Session.withPlatform()
        var transcript = Transcript(session, "Discovery (OpenID Connect, RFC 8414) and key sets (RFC 7517)")
        let tenant = clients.tenants[0]
        for path in [
            "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
            "/api/v1/platform/oauth/.well-known/openid-configuration",
            "/tenants/\(tenant)/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/tenants/\(tenant)",
            "/api/v1/auth/tenants/widget/.well-known/openid-configuration",
            "/api/v1/auth/tenants/nobody/.well-known/openid-configuration", "/keys",
            "/api/v1/platform/.well-known/jwks.json", "/api/v1/auth/tenants/widget/.well-known/jwks.json",
            "/api/v1/auth/tenants/nobody/.well-known/jwks.json",
        ] {
            try await transcript.show(path, session.request(.get, path))
        }
        try await session.admin(.post, "/signing-keys/rotate")
        try await transcript.show("After a rotation.", session.request(.get, "/keys"))
        try await session.close()
        try Self.folder.expect(transcript.text, is: "discovery.txt")
    }
}
