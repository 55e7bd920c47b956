import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Wire

/// What a request that is only to be told, or that is held to what was told, is answered with otherwise.
struct PreviewRefusalTests {
    private static func agreed(_ digest: String) -> [(name: String, value: String)] { [("muniment-preview", digest)] }

    /// A request that is refused, over a platform with one partner and one tenant.
    struct Refused: Sendable, CustomTestStringConvertible {
        let status: Int
        let method: Request.Method
        let path: String
        var body: JSON?
        var headers: [(name: String, value: String)] = []
        var isFromTenant = false

        var testDescription: String { "\(status) \(method.rawValue) \(path)" }
    }

    private static let refusals: [Refused] = [
        Refused(status: 403, method: .patch, path: "/partners/@partner", body: ["name": "Mine"], isFromTenant: true),
        Refused(status: 403, method: .patch, path: "/users/@staff", body: ["first_name": "X"], isFromTenant: true),
        Refused(
            status: 403,
            method: .post,
            path: "/applications",
            body: [
                "name": "A", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": "@tenant",
                "allowed_scopes": ["audit:read"],
            ],
            isFromTenant: true
        ),
        Refused(status: 404, method: .patch, path: "/tenants/tnt_AAAAAAAAAAAAAAAAAAAAAA", body: ["name": "X"]),
        Refused(status: 404, method: .delete, path: "/tenants/nonsense"),
        Refused(status: 409, method: .post, path: "/partners", body: ["name": "P", "slug": "samples"]),
        Refused(
            status: 409,
            method: .post,
            path: "/tenants",
            body: ["name": "T", "slug": "second", "partner_id": "@partner"]
        ),
        Refused(status: 409, method: .delete, path: "/partners/@partner"),
        Refused(
            status: 412,
            method: .patch,
            path: "/partners/@partner",
            body: ["name": "X"],
            headers: [("if-match", "\"9\"")]
        ),
        Refused(status: 412, method: .delete, path: "/tenants/@tenant", headers: [("if-match", "\"9\"")]),
        Refused(status: 422, method: .post, path: "/partners", body: ["name": "X"]),
        Refused(status: 422, method: .patch, path: "/partners/@partner", body: ["colour": "red"]),
        Refused(
            status: 422,
            method: .patch,
            path: "/tenants/@tenant",
            body: [
                "settings": ["x": .string(String(repeating: "é", count: 8_000))],
                "branding": ["x": .string(String(repeating: "\u{1}", count: 2_700))],
                "name": .string(String(repeating: "n", count: 200)),
            ]
        ),
        Refused(status: 422, method: .post, path: "/signing-keys/rotate", body: ["now": true]),
    ]

    @Test(arguments: refusals)
    func `a preview is refused as the act is, with the same words and the same entry`(given: Refused) async throws {
        try await Server.run { server in
            let partner = try await server.partner("samples", ["max_tenants": 1])
            let tenant = try await server.tenant("samples", of: partner)
            let staff = try await server.make("/users", ["partner_id": .string(partner), "email": "s@example.com"]).id
            let scopes = ["users:write", "applications:write"]
            let token = try await server.tenantToken(tenant, slug: "samples", scopes)
            let filled = { (text: String) in
                text.replacing("@partner", with: partner).replacing("@tenant", with: tenant)
                    .replacing("@staff", with: staff)
            }
            let body = try given.body.map {
                try JSON.parse(Array(filled(String(decoding: $0.compact, as: UTF8.self)).utf8))
            }
            let ask = { (query: String) async -> Response in
                await server.call(
                    given.method,
                    filled(given.path) + query,
                    body,
                    token: given.isFromTenant ? token : nil,
                    headers: given.headers
                )
            }
            var told: [(answer: Response, entries: [String])] = []
            for query in ["?preview=true", ""] {
                let size = server.instance.status.size
                let answer = await ask(query)
                let entries = try server.entries().suffix(Int(server.instance.status.size - size))
                #expect(entries.allSatisfy { $0.class == .activity })
                // What was to be made has another identifier each time.
                let said = entries.map { entry in
                    let target = given.method == .post ? "" : entry.data["target"]?.text ?? ""
                    return
                        "\(entry.type) \(entry.code ?? "") \(entry.data["attempted"]?.text ?? "") \(target) \(entry.chain)"
                }
                told.append((answer, said))
            }
            #expect(told[0].answer.status == given.status, "\(told[0].answer.text)")
            #expect(told[0].answer.text == told[1].answer.text)
            #expect(told[0].entries == told[1].entries)
        }
    }

    @Test(arguments: [
        [""], ["abc"], [String(repeating: "+", count: 43)], [String(repeating: "A", count: 44)], ["A", "B"],
    ])
    func `a digest that is none is told so`(values: [String]) async throws {
        try await Server.run { server in
            let headers = values.map { (name: "muniment-preview", value: $0) }
            let answer = await server.call(.post, "/partners", ["name": "A", "slug": "a"], headers: headers)
            #expect(answer.status == 422)
            #expect(answer.places == ["header.Muniment-Preview"])
            let made = try server.count(of: "partner.created")
            #expect(made == 0)
        }
    }

    /// What happens between the preview of a partner's new name and the change, and whether that is another then.
    private static let interferences: [(name: String, method: Request.Method, path: String, body: JSON?, moves: Bool)] =
        [
            ("nothing", .get, "/partners", nil, false),
            ("another resource", .post, "/partners", ["name": "B", "slug": "other"], false),
            ("another field", .patch, "/partners/@partner", ["max_tenants": 3], true),
            ("the same field", .patch, "/partners/@partner", ["name": "Elsewhere"], true),
            ("what stands in it", .post, "/tenants", ["name": "T", "slug": "t", "partner_id": "@partner"], false),
            ("its life", .patch, "/partners/@partner", ["status": "SUSPENDED"], true),
        ]

    @Test(arguments: interferences.indices)
    func `R4 the act is refused when it would do anything else, and done when it would not`(number: Int) async throws {
        let given = Self.interferences[number]
        try await Server.run { server in
            let partner = try await server.partner()
            let (path, change) = ("/partners/\(partner)", ["name": "New"] as JSON)
            let plan = try await server.preview(.patch, path, change)
            let text = given.body.map {
                String(decoding: $0.compact, as: UTF8.self).replacing("@partner", with: partner)
            }
            let body = try text.map { try JSON.parse(Array($0.utf8)) }
            let between = await server.call(given.method, given.path.replacing("@partner", with: partner), body)
            #expect(between.status < 300, "\(between.text)")
            let act = await server.call(.patch, path, change, headers: Self.agreed(plan.digest))
            #expect(act.status == (given.moves ? 409 : 200), "\(given.name): \(act.text)")
            guard given.moves else { return }
            let failed = try #require(try server.entries().last)
            #expect(failed.type == "command.failed")
            #expect(failed.code == "plan_moved")
            #expect(await server.call(.get, path).json["data"]?["name"] != "New")
            let now = Plan(json: try #require(act.json["data"]))
            #expect(act.detail?.isEmpty == false)
            #expect(now.digest != plan.digest)
            #expect(now.digest == (try await server.preview(.patch, path, change)).digest)
            #expect(await server.call(.patch, path, change, headers: Self.agreed(now.digest)).status == 200)
        }
    }

    @Test func `a digest holds for the request that it was told for, in whatever form that is written`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let path = "/partners/\(partner)"
            let plan = try await server.preview(.patch, path, ["name": "New", "max_tenants": 4])
            let turned = try await server.preview(.patch, path + "/", ["max_tenants": 4, "name": "New"])
            #expect(turned.digest == plan.digest)
            for body: JSON in [["name": "Other", "max_tenants": 4], ["name": "New"], [:]] {
                let act = await server.call(.patch, path, body, headers: Self.agreed(plan.digest))
                #expect(act.status == 409, "\(act.text)")
            }
            let deletion = await server.call(.delete, path, headers: Self.agreed(plan.digest))
            #expect(deletion.status == 409)
            let cascade = try await server.preview(.delete, path + "?cascade=true")
            #expect(await server.call(.delete, path, headers: Self.agreed(cascade.digest)).status == 409)
            let other = try await server.platformToken(["admin:write"])
            let act = await server.call(
                .patch,
                path,
                ["name": "New", "max_tenants": 4],
                token: other,
                headers: Self.agreed(plan.digest) + [("if-match", "\"1\"")]
            )
            #expect(act.status == 200, "what it does is sworn, not who does it: \(act.text)")
        }
    }

    @Test func `a preview uses no Idempotency-Key up, and an act that was agreed to is repeated like any other`()
        async throws
    {
        try await Server.run { server in
            let key = [(name: "idempotency-key", value: "once")]
            let body: JSON = ["name": "A service", "application_type": "SERVICE", "scope": "GLOBAL"]
            let plan = try await server.preview(.post, "/applications", body, headers: key)
            #expect(plan.changes.map { $0["resource_id"]?.text } == ["new#1", "new#2"])
            #expect(plan.changes[1].after("application_id") == "new#1")
            let headers = key + Self.agreed(plan.digest)
            let before = try server.count(of: "application.created")
            let made = await server.call(.post, "/applications", body, headers: headers)
            #expect(made.status == 201, "\(made.text)")
            let again = await server.call(.post, "/applications", body, headers: headers)
            #expect(again.status == 201)
            #expect(again.body == made.body)
            #expect(try await server.preview(.post, "/applications", body, headers: headers).digest == plan.digest)
            #expect(try server.count(of: "application.created") == before + 1)
        }
    }

    @Test func `an act that was refused for its plan has used up no Idempotency-Key`() async throws {
        try await Server.run { server in
            let application = try await server.application()
            let path = "/applications/\(application.id)/rotate-secret"
            let plan = try await server.preview(.post, path)
            #expect(await server.call(.post, path).status == 200)
            let key = [(name: "idempotency-key", value: "once")]
            let moved = await server.call(.post, path, headers: key + Self.agreed(plan.digest))
            #expect(moved.status == 409)
            let digest = Plan(json: try #require(moved.json["data"])).digest
            #expect(await server.call(.post, path, headers: key + Self.agreed(digest)).status == 200)
        }
    }
}
