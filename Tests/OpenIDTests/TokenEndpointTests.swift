import Endpoints
import Engine
import Identity
import OpenID
import Testing
import Wire

/// The token endpoint of every issuer, in the words of RFC 6749.
struct TokenEndpointTests {
    static let platform = "/api/v1/platform/oauth/token"
    static let grant = "grant_type=client_credentials"

    @Test(arguments: ["/oauth/token", platform, "/oauth/token/"])
    func `a GLOBAL client gets a token at the platform's address and at the root`(path: String) async throws {
        let provider = try await Provider(seed: 1)
        let answer = await provider.post(path, Self.grant, basic: (provider.client, provider.secret))
        #expect(answer.status == 200)
        #expect(answer.json["token_type"]?.text == "Bearer")
        #expect(answer.json["expires_in"]?.number == 3_600)
        #expect(answer.json["scope"]?.text == "admin:read admin:write")
        #expect(answer.header("cache-control") == "no-store")
        #expect(answer.header("muniment-index") != nil)
        try await provider.instance.close()
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var form = TokenEndpointTests.grant
        var basic = true
        var secret: String?
        var type: String? = Provider.form
        var path = TokenEndpointTests.platform
        let status: Int
        let error: String
    }

    static let cases = [
        Case(testDescription: "no grant type", form: "scope=admin:read", status: 400, error: "invalid_request"),
        Case(testDescription: "an empty grant type", form: "grant_type=", status: 400, error: "invalid_request"),
        Case(
            testDescription: "another grant",
            form: "grant_type=password",
            status: 400,
            error: "unsupported_grant_type"
        ),
        Case(
            testDescription: "S4 a repeated grant type",
            form: "\(grant)&\(grant)",
            status: 400,
            error: "invalid_request"
        ),
        Case(
            testDescription: "S4 a repeated scope",
            form: "\(grant)&scope=admin:read&scope=admin:write",
            status: 400,
            error: "invalid_request"
        ),
        Case(
            testDescription: "S4 a repeated parameter that another grant has",
            form: "\(grant)&token=1&token=2",
            status: 400,
            error: "invalid_request"
        ),
        Case(
            testDescription: "two ways of authentication",
            form: "\(grant)&client_secret=x",
            status: 400,
            error: "invalid_request"
        ),
        Case(
            testDescription: "another client in the form",
            form: "\(grant)&client_id=app_other",
            status: 400,
            error: "invalid_request"
        ),
        Case(testDescription: "JSON", form: "{}", type: "application/json", status: 400, error: "invalid_request"),
        Case(testDescription: "no media type", type: nil, status: 400, error: "invalid_request"),
        Case(testDescription: "half an escape", form: "\(grant)&scope=%4", status: 400, error: "invalid_request"),
        Case(testDescription: "no client", basic: false, status: 401, error: "invalid_client"),
        Case(testDescription: "a wrong secret", secret: "wrong", status: 401, error: "invalid_client"),
        Case(testDescription: "an empty secret", secret: "", status: 401, error: "invalid_client"),
        Case(
            testDescription: "a scope beyond the ceiling",
            form: "\(grant)&scope=admin:read users:write",
            status: 400,
            error: "invalid_scope"
        ),
        Case(
            testDescription: "S36 a scope too long to be one",
            form: "\(grant)&scope=" + String(repeating: "a", count: 200),
            status: 400,
            error: "invalid_scope"
        ),
        Case(
            testDescription: "a resource with a fragment",
            form: "\(grant)&resource=https://api.example.com/%23x",
            status: 400,
            error: "invalid_target"
        ),
        Case(
            testDescription: "a tenant that does not exist",
            path: "/api/v1/auth/tenants/nobody/oauth/token",
            status: 401,
            error: "invalid_client"
        ),
    ]

    @Test(arguments: cases)
    func `a request is refused by its code, as JSON`(item: Case) async throws {
        let provider = try await Provider(seed: 2)
        let basic = item.basic ? (provider.client, item.secret ?? provider.secret) : nil
        let answer = await provider.post(item.path, item.form, basic: basic, type: item.type)
        #expect(answer.status == item.status)
        #expect(answer.json["error"]?.text == item.error)
        #expect(answer.json["error_description"]?.text?.isEmpty == false)
        #expect(answer.json["access_token"] == nil)
        if item.status == 401 { #expect(answer.header("www-authenticate")?.hasPrefix("Basic") == true) }
        try await provider.instance.close()
    }

    @Test func `a form authenticates as Basic does, and names whom the token is for`() async throws {
        let provider = try await Provider(seed: 3)
        let form =
            "\(Self.grant)&client_id=\(provider.client)&client_secret=\(provider.secret)&scope=admin:read"
            + "&resource=https://api.example.com"
        let answer = await provider.post("/oauth/token", form)
        #expect(answer.json["scope"]?.text == "admin:read")
        let text = try #require(answer.json["access_token"]?.text)
        let token = try #require(provider.instance.keyRing.verify(text, now: provider.instance.world.wall()))
        #expect(token.audience == ["https://api.example.com"])
        // A token made for another service does not open ours.
        #expect(throws: Refusal.rejected(.unprovenToken)) {
            _ = try provider.instance.authenticate(
                text,
                baseURL: try BaseURL(Provider.baseURL),
                request: Caller.Request(id: "r", endpoint: "e")
            )
        }
        try await provider.instance.close()
    }

    @Test func `a token in the header is no second way of a client to authenticate`() async throws {
        let provider = try await Provider(seed: 5)
        let form = "\(Self.grant)&client_id=\(provider.client)&client_secret=\(provider.secret)"
        for header in ["Bearer a.b.c", "bearer ?"] {
            let answer = await provider.post("/oauth/token", form, headers: [("authorization", header)])
            #expect(answer.status == 200, "\(header)")
        }
        let alone = await provider.post("/oauth/token", Self.grant, headers: [("authorization", "Bearer a.b.c")])
        #expect(alone.status == 400)
        let wrong = "\(Self.grant)&client_id=\(provider.client)&client_secret=wrong"
        let refused = await provider.post("/oauth/token", wrong, headers: [("authorization", "Bearer a.b.c")])
        #expect(refused.status == 401)
        try await provider.instance.close()
    }

    @Test func `what is unknown in a form is ignored, and what is empty is left out`() async throws {
        let provider = try await Provider(seed: 6)
        let basic = (provider.client, provider.secret)
        for form in ["\(Self.grant)&colour=red&colour=blue", "\(Self.grant)&resource=", "\(Self.grant)&scope="] {
            #expect(await provider.post("/oauth/token", form, basic: basic).status == 200, "\(form)")
        }
        let spaced = await provider.post(
            "/oauth/token",
            Self.grant,
            basic: basic,
            type: "\(Provider.form)\t ;charset=utf-8"
        )
        #expect(spaced.status == 200)
        try await provider.instance.close()
    }

    @Test func `a body that is too large is refused`() async throws {
        let provider = try await Provider(seed: 4)
        let answer = await provider.send(
            Request(
                method: .post,
                path: Self.platform,
                headers: [("content-type", Provider.form)],
                body: .tooLarge(limit: 65_536),
                id: "req_1"
            )
        )
        #expect(answer.status == 413)
        #expect(answer.json["error"]?.text == "invalid_request")
        try await provider.instance.close()
    }
}
