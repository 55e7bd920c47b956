import Endpoints
import Engine
import Testing
import Wire

/// What the OAuth endpoints say, to the letter, as transcripts that are reviewed.
struct TranscriptTests {
    private static let folder = SnapshotFolder("transcripts")
    private static let tenantDoor = "/api/v1/auth/tenants/widget/oauth"
    private static let grant = "grant_type=client_credentials"

    /// A platform with one client at each door.
    private func opened() async throws -> (Session, Platform) {
        let session = try await Ground(seed: 6_749).open()
        try await session.signIn(session.ground.service)
        return (session, try await session.buildPlatform())
    }

    @Test func `the token endpoint says what it always said`() async throws {
        let (session, clients) = try await opened()
        var transcript = Transcript(session, "The token endpoint (RFC 6749 §3.2, §4.4, §5)")
        try await showSuccess(&transcript, session, clients)
        try await showMalformed(&transcript, session, clients)
        try await showRefused(&transcript, session, clients)
        try await showTrouble(&transcript, session, clients)
        try Self.folder.expect(transcript.text, is: "token.txt")
    }

    private func showSuccess(_ transcript: inout Transcript, _ session: Session, _ clients: Platform) async throws {
        let (global, tenant, partner) = (clients.global, clients.tenant, clients.partner)
        try await transcript.show("A client authenticates with Basic.", session.form("/oauth/token", Self.grant, basic: global))
        try await transcript.show(
            "It authenticates in the form, at the platform's own door.",
            session.form("/api/v1/platform/oauth/token", "\(Self.grant)&\(global.fields)"))
        try await transcript.show(
            "It asks for less than it may.", session.form("/oauth/token", "\(Self.grant)&scope=admin:read", basic: global))
        try await transcript.show(
            "It says whom the token is for (RFC 8707).",
            session.form("/oauth/token", "\(Self.grant)&resource=https://a.example&resource=https://b.example", basic: global))
        try await transcript.show(
            "A tenant's application at its tenant's door.",
            session.form("\(Self.tenantDoor)/token", Self.grant, basic: tenant))
        try await transcript.show(
            "The root serves it as its own door would.", session.form("/oauth/token", Self.grant, basic: tenant))
        try await transcript.show(
            "A partner's application acts in one of the partner's tenants.",
            session.form("\(Self.tenantDoor)/token", Self.grant, basic: partner))
    }

    private func showMalformed(_ transcript: inout Transcript, _ session: Session, _ clients: Platform) async throws {
        let global = clients.global
        try await transcript.show("No grant type.", session.form("/oauth/token", "scope=admin:read", basic: global))
        try await transcript.show(
            "A grant that is not there.",
            session.form("/oauth/token", "grant_type=password&username=a&password=b", basic: global))
        let json = [(name: "content-type", value: "application/json"), (name: "authorization", value: global.basic)]
        try await transcript.show(
            "A body that is no form.",
            session.request(.post, "/oauth/token", json, body: #"{"grant_type":"client_credentials"}"#))
        try await transcript.show(
            "A repeated parameter.", session.form("/oauth/token", "\(Self.grant)&scope=a&scope=b", basic: global))
        try await transcript.show("A form that cannot be read.", session.form("/oauth/token", "grant_type=%zz", basic: global))
        try await transcript.show(
            "Two ways of authentication.", session.form("/oauth/token", "\(Self.grant)&\(global.fields)", basic: global))
        try await transcript.show(
            "A client_id that is not the one in the header.",
            session.form("/oauth/token", "\(Self.grant)&client_id=\(clients.tenant.id)", basic: global))
        try await transcript.show(
            "A scheme that is not for clients.", authorized("Bearer abc", session))
        try await transcript.show("Credentials that cannot be read.", authorized("Basic ???", session))
        try await transcript.show(
            "A scope that is no scope.", session.form("/oauth/token", "\(Self.grant)&scope=%22", basic: global))
        try await transcript.show(
            "A resource that is no absolute URI.",
            session.form("/oauth/token", "\(Self.grant)&resource=orders", basic: global))
        var large = session.form("/oauth/token", "", basic: global)
        large.body = .tooLarge(limit: 65_536)
        try await transcript.show("A body that is too large.", large)
    }

    private func authorized(_ authorization: String, _ session: Session) -> Request {
        var request = session.form("/oauth/token", Self.grant)
        request.headers.append((name: "authorization", value: authorization))
        return request
    }

    private func showRefused(_ transcript: inout Transcript, _ session: Session, _ clients: Platform) async throws {
        let stranger = Client(id: "app_nobody", secret: "whatever")
        try await transcript.show("An unknown client.", session.form("/oauth/token", Self.grant, basic: stranger))
        let wrong = Client(id: clients.global.id, secret: "wrong")
        try await transcript.show("A wrong secret.", session.form("/oauth/token", Self.grant, basic: wrong))
        try await transcript.show(
            "No secret.", session.form("/oauth/token", "\(Self.grant)&client_id=\(clients.global.id)"))
        try await transcript.show("Nobody at all.", session.form("/oauth/token", Self.grant))
        try await transcript.show(
            "A wrong door: a tenant's application at the platform.",
            session.form("/api/v1/platform/oauth/token", Self.grant, basic: clients.tenant))
        try await transcript.show(
            "A wrong door: the platform's application at a tenant.",
            session.form("\(Self.tenantDoor)/token", Self.grant, basic: clients.global))
        try await transcript.show(
            "A door that is not there.",
            session.form("/api/v1/auth/tenants/nobody/oauth/token", Self.grant, basic: clients.tenant))
        try await transcript.show(
            "A scope beyond what the client was given.",
            session.form("/oauth/token", "\(Self.grant)&scope=admin:read+users:write", basic: clients.global))
        let tenant = clients.tenants[0]
        try await session.admin(.patch, "/tenants/\(tenant)", ["status": "SUSPENDED"])
        try await transcript.show(
            "A tenant that is suspended.", session.form("\(Self.tenantDoor)/token", Self.grant, basic: clients.tenant))
        try await session.admin(.patch, "/tenants/\(tenant)", ["status": "ACTIVE"])
    }

    private func showTrouble(_ transcript: inout Transcript, _ session: Session, _ clients: Platform) async throws {
        try await session.fillDisk()
        let request = session.form("/oauth/token", Self.grant, basic: clients.global)
        try await transcript.show("The disk is full: no entry, no token.", request)
        try await transcript.show("There is room again.", session.form("/oauth/token", Self.grant, basic: clients.global))
        try await session.close()
    }

    @Test func `introspection says what it always said`() async throws {
        let (session, clients) = try await opened()
        let path = "/oauth/introspect"
        var transcript = Transcript(session, "Introspection (RFC 7662)")
        let token = try #require(try await session.token(clients.global))
        try await transcript.show("A client's own token.", session.form(path, "token=\(token)", basic: clients.global))
        try await transcript.show(
            "The same, authenticated in the form.", session.form(path, "token=\(token)&\(clients.global.fields)"))
        let tenants = try #require(try await session.token(clients.tenant))
        try await transcript.show(
            "At a tenant's door.",
            session.form("\(Self.tenantDoor)/introspect", "token=\(tenants)", basic: clients.tenant))
        try await transcript.show("Somebody else's token.", session.form(path, "token=\(tenants)", basic: clients.global))
        try await transcript.show("A text that is no token.", session.form(path, "token=abc", basic: clients.global))
        try await transcript.show("No token.", session.form(path, "", basic: clients.global))
        let wrong = Client(id: clients.global.id, secret: "wrong")
        try await transcript.show("A wrong secret.", session.form(path, "token=\(token)", basic: wrong))
        try await transcript.show(
            "A wrong door.", session.form("\(Self.tenantDoor)/introspect", "token=\(token)", basic: clients.global))
        _ = try await session.ask(session.form("/oauth/revoke", "token=\(token)", basic: clients.global))
        try await transcript.show("A token that was taken back.", session.form(path, "token=\(token)", basic: clients.global))
        try await session.pass(seconds: 1_800)
        try await transcript.show("A token that has expired.", session.form(path, "token=\(tenants)", basic: clients.tenant))
        try await session.close()
        try Self.folder.expect(transcript.text, is: "introspection.txt")
    }

    @Test func `revocation says what it always said`() async throws {
        let (session, clients) = try await opened()
        let path = "/oauth/revoke"
        var transcript = Transcript(session, "Revocation (RFC 7009)")
        let token = try #require(try await session.token(clients.global))
        let tenants = try #require(try await session.token(clients.tenant))
        let wrong = Client(id: clients.global.id, secret: "wrong")
        try await transcript.show("A wrong secret.", session.form(path, "token=\(token)", basic: wrong))
        try await transcript.show("Somebody else's token.", session.form(path, "token=\(tenants)", basic: clients.global))
        try await transcript.show("A client's own token.", session.form(path, "token=\(token)", basic: clients.global))
        try await transcript.show(
            "The same again, in the form.",
            session.form(path, "token=\(token)&token_type_hint=access_token&\(clients.global.fields)"))
        try await transcript.show("A text that is no token.", session.form(path, "token=abc", basic: clients.global))
        try await transcript.show("No token.", session.form(path, "", basic: clients.global))
        try await transcript.show(
            "A wrong door.", session.form("\(Self.tenantDoor)/revoke", "token=\(token)", basic: clients.global))
        try await transcript.show(
            "At a tenant's door.", session.form("\(Self.tenantDoor)/revoke", "token=\(tenants)", basic: clients.tenant))
        try await session.close()
        try Self.folder.expect(transcript.text, is: "revocation.txt")
    }

    @Test func `discovery and the key set say what they always said`() async throws {
        let (session, clients) = try await opened()
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
