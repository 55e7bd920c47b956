import Endpoints
import Engine
import Testing
import Wire

/// What the token endpoint says, to the letter.
struct TokenTranscriptTests {
    private static let path = "/oauth/token"
    private static let tenantPath = "/api/v1/auth/tenants/widget/oauth/token"
    private static let grant = "grant_type=client_credentials"

    @Test func `the token endpoint says what it always said`() async throws {
        let (session, clients) = try await Session.withPlatform()
        var transcript = Transcript(session, "The token endpoint (RFC 6749 §3.2, §4.4, §5)")
        try await showSuccess(&transcript, clients)
        try await showMalformed(&transcript, session, clients)
        try await showRefused(&transcript, clients)
        try await showSuspended(&transcript, session, clients)
        try await session.fillDisk()
        try await show(&transcript, "The disk is full: no entry, no token.", by: clients.global)
        try await show(&transcript, "There is room again.", by: clients.global)
        try await session.close()
        try await show(&transcript, "The server is stopping.", by: clients.global)
        try SnapshotFolder("transcripts").expect(transcript.text, is: "token.txt")
    }

    private func show(
        _ transcript: inout Transcript,
        _ sentence: String,
        _ more: String = "",
        by client: Client? = nil,
        at path: String = Self.path,
    ) async throws {
        try await transcript.form(sentence, Self.grant + more, by: client, at: path)
    }

    private func showSuccess(_ transcript: inout Transcript, _ clients: Platform) async throws {
        let (global, tenant, partner) = (clients.global, clients.tenant, clients.partner)
        try await show(&transcript, "A client authenticates with Basic.", by: global)
        try await show(
            &transcript,
            "It authenticates in the form, at the platform's own door.",
            "&" + global.fields,
            at: "/api/v1/platform/oauth/token"
        )
        try await show(&transcript, "It asks for less than it may.", "&scope=admin:read", by: global)
        try await show(
            &transcript,
            "It says whom the token is for (RFC 8707).",
            "&resource=https://a.example&resource=https://b.example",
            by: global
        )
        try await show(&transcript, "A tenant's application at its tenant's door.", by: tenant, at: Self.tenantPath)
        try await show(&transcript, "The root serves it as its own door would.", by: tenant)
        try await show(
            &transcript,
            "A partner's application acts in one of the partner's tenants.",
            by: partner,
            at: Self.tenantPath
        )
    }

    private func showMalformed(_ transcript: inout Transcript, _ session: Session, _ clients: Platform) async throws {
        let global = clients.global
        let forms: [(String, String)] = [
            ("No grant type.", "scope=admin:read"),
            ("A grant that is not there.", "grant_type=password&username=a&password=b"),
            ("A repeated parameter.", "\(Self.grant)&scope=a&scope=b"),
            ("A form that cannot be read.", "grant_type=%zz"),
            ("Two ways of authentication.", "\(Self.grant)&\(global.fields)"),
            ("A client_id that is not the one in the header.", "\(Self.grant)&client_id=\(clients.tenant.id)"),
            ("A scope that is no scope.", "\(Self.grant)&scope=%22"),
            ("A resource that is no absolute URI.", "\(Self.grant)&resource=orders"),
        ]
        for (sentence, body) in forms { try await transcript.form(sentence, body, by: global, at: Self.path) }
        let json = [(name: "content-type", value: "application/json"), (name: "authorization", value: global.basic)]
        try await transcript.show(
            "A body that is no form.",
            session.request(.post, Self.path, json, body: #"{"grant_type":"client_credentials"}"#)
        )
        for (sentence, authorization) in [
            ("A scheme that is not for clients.", "Bearer abc"), ("Credentials that cannot be read.", "Basic ???"),
        ] {
            var request = session.form(Self.path, Self.grant)
            request.headers.append((name: "authorization", value: authorization))
            try await transcript.show(sentence, request)
        }
        var large = session.form(Self.path, "", basic: global)
        large.body = .tooLarge(limit: 65_536)
        try await transcript.show("A body that is too large.", large)
    }

    private func showRefused(_ transcript: inout Transcript, _ clients: Platform) async throws {
        let (global, tenant) = (clients.global, clients.tenant)
        try await show(&transcript, "An unknown client.", by: Client(id: "app_nobody", secret: "whatever"))
        try await show(&transcript, "A wrong secret.", by: Client(id: global.id, secret: "wrong"))
        try await show(&transcript, "No secret.", "&client_id=\(global.id)")
        try await show(&transcript, "Nobody at all.")
        try await show(
            &transcript,
            "A wrong door: a tenant's application at the platform.",
            by: tenant,
            at: "/api/v1/platform/oauth/token"
        )
        try await show(
            &transcript,
            "A wrong door: the platform's application at a tenant.",
            by: global,
            at: Self.tenantPath
        )
        try await show(
            &transcript,
            "A door that is not there.",
            by: tenant,
            at: "/api/v1/auth/tenants/nobody/oauth/token"
        )
        try await show(
            &transcript,
            "A client that cannot keep a secret.",
            "&client_id=\(clients.spa.id)",
            at: Self.tenantPath
        )
        try await show(
            &transcript,
            "A scope beyond what the client was given.",
            "&scope=admin:read+users:write",
            by: global
        )
    }

    private func showSuspended(_ transcript: inout Transcript, _ session: Session, _ clients: Platform) async throws {
        let tenant = "/tenants/\(clients.tenants[0])"
        try await session.admin(.patch, tenant, ["status": "SUSPENDED"])
        try await show(&transcript, "A tenant that is suspended.", by: clients.tenant, at: Self.tenantPath)
        try await session.admin(.patch, tenant, ["status": "ACTIVE"])
    }
}
