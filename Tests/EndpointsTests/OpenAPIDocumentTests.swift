import Endpoints
import Testing
import Wire

@Suite struct OpenAPIDocumentTests {
    private static let tenant = Schema.object([
        Schema.Property("name", .string(minLength: 1, maxLength: 200), "What people call it", required: true),
        Schema.Property("status", .choice(["ACTIVE", "SUSPENDED"])),
        Schema.Property("partner", .nullable(.named("Partner")), "Who looks after it"),
        Schema.Property("settings", .anyObject),
    ])

    private static let endpoints = [
        Endpoint(
            .get,
            "/tenants/",
            name: "tenants.list",
            access: .bearer(anyOf: ["admin:read", "admin:write"]),
            "List tenants",
            parameters: [.init("per_page", in: .query, "Items on a page", .integer(min: 1, max: 100))],
            replies: [.init(200, "A page", .array(.named("Tenant"), maxItems: 100)), .init(401, "Who are you?")],
        ) { _, _ in Response(status: 200) },
        Endpoint(
            .post,
            "/tenants",
            name: "tenants.create",
            access: .bearer(anyOf: ["admin:write"]),
            "Register a tenant",
            body: .init(.named("Tenant")),
            replies: [.init(201, "Registered", .named("Tenant"))],
        ) { _, _ in Response(status: 201) },
        Endpoint(
            .get,
            "/tenants/{tenant_id}",
            name: "tenants.read",
            access: .bearer(anyOf: []),
            "Read a tenant",
            replies: [
                .init(200, "The tenant", .named("Tenant")),
                .init(200, "Its text", .string(), mediaType: "text/plain"),
            ],
        ) { _, _ in Response(status: 200) },
        Endpoint(
            .post,
            "/oauth/token",
            name: "tokens.issue",
            access: .client,
            "Issue a token",
            body: .init(.object([]), mediaType: "application/x-www-form-urlencoded"),
            replies: [.init(200, "A token")],
        ) { _, _ in Response(status: 200) },
        Endpoint(.get, "/jwks", name: "jwks.read", access: .open, "The keys", replies: [.init(200, "Keys")]) { _, _ in
            Response(status: 200)
        },
        Endpoint(.get, "/oauth/jwks", name: "jwks.read", access: .open, "The keys", replies: [.init(200, "Keys")]) {
            _,
            _ in
            Response(status: 200)
        },
    ]

    private var document: JSON {
        OpenAPIDocument(
            title: "Muniment",
            version: "1",
            summary: "An identity server",
            serverURL: "https://id.example",
            endpoints: Self.endpoints,
            schemas: [("Tenant", Self.tenant), ("Partner", .object([], closed: false))],
        ).json
    }

    private func compact(_ json: JSON?) -> String { String(decoding: json?.compact ?? [], as: UTF8.self) }

    @Test func `the document names its version, its server and its subjects`() {
        #expect(document["openapi"] == "3.1.0")
        #expect(compact(document["servers"]) == #"[{"url":"https://id.example"}]"#)
        #expect(compact(document["tags"]) == #"[{"name":"tenants"},{"name":"tokens"},{"name":"jwks"}]"#)
    }

    @Test func `paths stand once, without a slash at the end, in the order of the endpoints`() {
        let paths = document["paths"]?.members?.entries.map(\.name)
        #expect(paths == ["/tenants", "/tenants/{tenant_id}", "/oauth/token", "/jwks", "/oauth/jwks"])
        let methods = document["paths"]?["/tenants"]?.members?.entries.map(\.name)
        #expect(methods == ["get", "post"])
    }

    @Test func `an operation tells parameters, answers and who may call`() {
        let list = document["paths"]?["/tenants"]?["get"]
        #expect(
            compact(list) == #"{"operationId":"tenants.list","tags":["tenants"],"summary":"List tenants","#
                + #""parameters":[{"name":"per_page","in":"query","description":"Items on a page","#
                + #""schema":{"type":"integer","minimum":1,"maximum":100}}],"#
                + #""responses":{"200":{"description":"A page","content":{"application/json":{"schema":"#
                + ##"{"type":"array","items":{"$ref":"#/components/schemas/Tenant"},"maxItems":100}}}},"##
                + #""401":{"description":"Who are you?"},"#
                + #""503":{"description":"The server has more to do than it can","content":{"application/json":{"schema":"#
                + #"{"type":"object","properties":{"detail":{"type":"string"}},"required":["detail"]}}}}},"#
                + #""security":[{"bearer":["admin:read"]},{"bearer":["admin:write"]}]}"#
        )
    }

    @Test func `every part of a path is a required parameter, and one status may have two media types`() {
        let read = document["paths"]?["/tenants/{tenant_id}"]?["get"]
        #expect(
            compact(read?["parameters"])
                == #"[{"name":"tenant_id","in":"path","required":true,"schema":{"type":"string"}}]"#
        )
        let content = read?["responses"]?["200"]?["content"]?.members?.entries.map(\.name)
        #expect(content == ["application/json", "text/plain"])
    }

    @Test func `each kind of access is a security requirement`() {
        let security = document["paths"]?.members?.entries.flatMap { $0.value.members?.entries ?? [] }
            .map { "\($0.value["operationId"]?.text ?? "") \(compact($0.value["security"]))" }
        #expect(
            security == [
                #"tenants.list [{"bearer":["admin:read"]},{"bearer":["admin:write"]}]"#,
                #"tenants.create [{"bearer":["admin:write"]}]"#,
                #"tenants.read [{"bearer":[]}]"#,
                #"tokens.issue [{"client":[]}]"#,
                "jwks.read []",
                "jwks.read.2 []",
            ]
        )
    }

    @Test func `a schema is written in the words of JSON Schema`() {
        #expect(
            compact(document["components"]?["schemas"]?["Tenant"])
                == #"{"type":"object","properties":{"#
                + #""name":{"type":"string","minLength":1,"maxLength":200,"description":"What people call it"},"#
                + #""status":{"type":"string","enum":["ACTIVE","SUSPENDED"]},"#
                + ##""partner":{"anyOf":[{"$ref":"#/components/schemas/Partner"},{"type":"null"}],"##
                + #""description":"Who looks after it"},"settings":{"type":"object"}},"#
                + #""required":["name"],"additionalProperties":false}"#
        )
    }

    @Test func `the same endpoints give the same bytes`() throws {
        #expect(document.compact == document.compact)
        #expect(try JSON.parse(document.compact) == document)
    }

    @Test func `a reference that leads nowhere is a mistake`() async {
        await #expect(processExitsWith: .failure) {
            let endpoint = Endpoint(.get, "/a", name: "a", access: .open, "", replies: [.init(200, "", .named("Gone"))])
            {
                _,
                _ in Response(status: 200)
            }
            _ =
                OpenAPIDocument(title: "", version: "", summary: "", serverURL: "", endpoints: [endpoint], schemas: [])
                .json
        }
    }
}
