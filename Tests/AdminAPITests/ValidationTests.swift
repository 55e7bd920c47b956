import Endpoints
import EventLog
import Testing
import Wire

struct ValidationTests {
    @Test(arguments: [
        // S1: encodings and paths that a browser, a proxy or a server would read in another way.
        "https://a.example/%2e%2e/admin", "https://a.example/%2E%2E/x", "https://a.example/.%2e/x",
        "https://a.example/../x",
        "https://a.example/./x", "https://a.example/a/..;/b", "https://a.example/..;a=b/c", "https://a%2eexample/",
        "https://a.example%2f@evil.example/", "https://a.example%00.evil.example/", "https://a.example\\@evil.example/",
        "https://a.example/\\evil", "https:\\\\a.example/", "https://a.example/\u{0}", "https://a.example/\n",
        "https://a.example/\t", " https://a.example/", "https://a.example/ ", "https://a.example /",
        "https://é.example/",
        "https://a.example/é", "https://a.example/\u{202E}", "https://a.example/%", "https:///a.example/",
        "https:/a.example/",
        "https:a.example", "//a.example/", "/relative", "relative", "", "https://", "https://:443/",
        // S2: wildcards, patterns and what else would match more than itself.
        "https://*.a.example/", "https://a.example/*", "*", "https://a.example/{x}", "https://a.example/<x>",
        "https://a.example/|x", "https://a.example/^x$", "https://a.example/`x`", "https://a.example/\"x\"",
        "https://a.example/#fragment", "https://a.example/#", "https://user@a.example/", "https://user:pw@a.example/",
        // S3: what only looks like this machine.
        "http://localhost@evil.example/", "http://localhost.evil.example/", "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/", "http://127.0.0.1:80@evil.example/", "http://127.1/", "http://2130706433/",
        "http://0x7f.0.0.1/", "http://0.0.0.0/", "http://[::2]/", "http://[::1/", "http://[::ffff:127.0.0.1]/",
        "http://a.example/", "HTTP://127.0.0.1/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
        "http://127.0.0.1:x/",
        // Schemes that run something.
        "javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://a.example/",
        "com.example.app:/back",
    ])
    func `S1 S2 S3 a redirect URI that could lead astray is not registered`(uri: String) async throws {
        try await Server.run { server in
            let body: JSON = [
                "name": "Web", "application_type": "WEB", "scope": "GLOBAL", "redirect_uris": [.string(uri)],
            ]
            let answer = await server.call(.post, "/applications", body)
            #expect(answer.status == 422, "\(uri): \(answer.text)")
            #expect(answer.places == ["body.redirect_uris.0"])
        }
    }

    @Test(arguments: [
        ("WEB", "https://a.example/back?x=1"), ("WEB", "https://a.example:8443"), ("WEB", "http://127.0.0.1:8080/back"),
        ("WEB", "http://[::1]/back"), ("NATIVE", "http://localhost:4000/back"), ("NATIVE", "com.example.app:/back"),
        ("WEB", "https://A.example/Back"), ("WEB", "https://a.example/%2Fback"),
    ])
    func `S1 S4 a redirect URI is kept as it was given, byte for byte`(kind: String, uri: String) async throws {
        try await Server.run { server in
            let made = try await server.application([
                "application_type": .string(kind), "redirect_uris": [.string(uri)],
            ])
            #expect(
                await server.call(.get, "/applications/\(made.id)").json["data"]?["redirect_uris"] == [.string(uri)]
            )
        }
    }

    struct Fault: CustomTestStringConvertible, Sendable {
        let path: String
        let field: String
        let body: Members
        var testDescription: String { "\(path) \(field)" }
    }

    private static func fault(_ path: String, _ field: String, _ value: JSON?) -> Fault {
        var body: Members =
            switch path {
            case "/partners": ["name": "A", "slug": "a"]
            case "/tenants": ["name": "T", "slug": "t", "partner_id": "prt_x"]
            default: ["name": "A", "application_type": "SERVICE", "scope": "GLOBAL"]
            }
        body[field] = value
        return Fault(path: path, field: field, body: body)
    }

    static let faults: [Fault] = [
        fault("/partners", "name", nil), fault("/partners", "name", ""), fault("/partners", "name", "   "),
        // Cc, Zl, Zp, bidi controls, and what is blank where nothing is seen of it.
        fault("/partners", "name", "a\u{9B}b"), fault("/partners", "name", "a\u{85}"),
        fault("/partners", "name", "a\u{2028}b"), fault("/partners", "name", "a\u{2029}"),
        fault("/partners", "name", "\u{202E}evil"), fault("/partners", "name", "a\u{2066}b\u{2069}"),
        fault("/partners", "name", "a\u{200F}"), fault("/partners", "name", "\u{200B}"),
        fault("/partners", "name", " \u{FEFF}\u{200D}"), fault("/partners", "name", "\u{3164}"),
        fault("/applications", "description", "a\u{1B}[31m"), fault("/applications", "description", "a\u{202E}"),
        fault("/applications", "token_audiences", ["somebody"]), fault("/applications", "token_typ", "jwt"),
        fault("/partners", "name", .string(String(repeating: "x", count: 201))), fault("/partners", "name", 7),
        fault("/partners", "name", .null), fault("/partners", "name", "a\u{0}b"), fault("/partners", "slug", nil),
        fault("/partners", "slug", "Upper"), fault("/partners", "slug", "-a"), fault("/partners", "slug", "a-"),
        fault("/partners", "slug", "a_b"), fault("/partners", "slug", .string(String(repeating: "a", count: 64))),
        fault("/partners", "colour", "red"), fault("/partners", "id", "prt_mine"),
        fault("/partners", "max_tenants", -1),
        fault("/partners", "max_tenants", "5"), fault("/partners", "max_tenants", 1.5),
        fault("/partners", "max_tenants", 1_000_000_001), fault("/partners", "contact_email", "nobody"),
        fault("/partners", "contact_email", "a@b.example\r\nBcc: c"),
        fault("/partners", "contact_email", .string(String(repeating: "x", count: 250) + "@a.example")),
        fault("/partners", "status", "DELETED"), fault("/tenants", "partner_id", nil),
        fault("/tenants", "partner_id", "tnt_x"), fault("/tenants", "partner_id", .null),
        fault("/tenants", "settings", []), fault("/tenants", "settings", "{}"),
        fault("/tenants", "settings", ["x": .string(String(repeating: "y", count: 17_000))]),
        fault("/applications", "application_type", nil), fault("/applications", "application_type", "ROBOT"),
        fault("/applications", "application_type", "service"), fault("/applications", "scope", nil),
        fault("/applications", "tenant_id", "tnt_x"), fault("/applications", "partner_id", "prt_x"),
        fault("/applications", "token_lifetime", 59), fault("/applications", "token_lifetime", 86_401),
        fault("/applications", "allowed_scopes", "openid"), fault("/applications", "allowed_scopes", ["open id"]),
        fault("/applications", "allowed_scopes", [1]), fault("/applications", "allowed_scopes", ["a", "a"]),
        fault("/applications", "allowed_scopes", .array((0...100).map { .string("scope-\($0)") })),
        fault("/applications", "allowed_scopes", [.string(String(repeating: "s", count: 129))]),
        fault("/applications", "redirect_uris", [.string("https://a.example/" + String(repeating: "x", count: 1_024))]),
        fault("/applications", "allowed_origins", ["https://a.example/path"]),
        fault("/applications", "token_exchange_allowed", "yes"), fault("/applications", "client_secret", "mine"),
        fault("/applications", "created_at", "2026-01-01T00:00:00Z"),
    ]

    @Test(arguments: faults)
    func `S36 a field that cannot be meant is named`(given: Fault) async throws {
        try await Server.run { server in
            let answer = await server.call(.post, given.path, .object(given.body))
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.places.contains { $0.hasPrefix("body.\(given.field)") }, "\(answer.text)")
            let last = try server.entries().last?.type
            #expect(last != "command.failed", "content that means nothing makes no entry")
        }
    }

    @Test func `every fault is told at once`() async throws {
        try await Server.run { server in
            let answer = await server.call(.post, "/partners", ["slug": "NO", "max_tenants": "x", "colour": "red"])
            #expect(Set(answer.places) == ["body.name", "body.slug", "body.max_tenants", "body.colour"])
        }
    }

    @Test(arguments: ["application_type", "scope", "tenant_id", "partner_id", "id", "client_id", "client_secret"])
    func `what is fixed at registration cannot be changed`(field: String) async throws {
        try await Server.run { server in
            let made = try await server.application()
            let answer = await server.call(.patch, "/applications/\(made.id)", .object(Members([(field, "SPA")])))
            #expect(answer.status == 422)
            #expect(await server.call(.get, "/applications/\(made.id)").header("etag") == "\"1\"")
        }
    }

    @Test func `an e-mail address that is refused does not come back in the answer`() async throws {
        try await Server.run { server in
            let email = "typo@@nowhere.example"
            let answer = await server.call(
                .post,
                "/partners",
                ["name": "A", "slug": "a", "contact_email": .string(email)]
            )
            #expect(answer.status == 422)
            #expect(!answer.text.contains(email))
        }
    }

    @Test func `S36 what fits no entry is refused with its size`() async throws {
        try await Server.run { server in
            let owner = try await server.partner()
            let half = JSON.object(["x": .string(String(repeating: "\"", count: 8_100))])
            let body: JSON = [
                "name": "T", "slug": "t", "partner_id": .string(owner), "settings": half, "branding": half,
            ]
            let answer = await server.call(.post, "/tenants", body)
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.text.contains("bytes"))
        }
    }

    @Test(arguments: [
        "Müller & Söhne", "é", "e\u{301}", "🦆", "a\u{200B}b", "<script>alert(1)</script>", #""quoted" \ back"#,
    ])
    func `names come back as they were given`(name: String) async throws {
        try await Server.run { server in
            let partner = try await server.partner("named", ["name": .string(name)])
            let shown = await server.call(.get, "/partners/\(partner)").json["data"]?["name"]?.text
            #expect(shown.map { Array($0.utf8) } == Array(name.utf8))
        }
    }
}
