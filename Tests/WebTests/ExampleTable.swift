import Endpoints
import NIOPosix
import Synchronization
import Wire

/// A small server to knock at: one endpoint for each thing that a connection can show.
enum Example {
    static let bodyBytesMax = 1024 * 1024
    static let largeBytes = 32 * 1024 * 1024

    /// Requests to `POST /stuck` that have come so far.
    static let stuckRequests = Atomic(0)

    static let table = EndpointTable([
        Endpoint(
            .get,
            "/health",
            name: "health.read",
            access: .open,
            "",
            replies: [],
            isAnsweredUnderOverload: true
        ) { _, _ in .json(200, Array(#"{"status":"ok"}"#.utf8)) },
        get("/large", "large.read") { _, _ in
            Response(status: 200, body: [UInt8](repeating: UInt8(ascii: "x"), count: largeBytes))
        },
        get("/items/{id}", "items.read") { request, parameters in
            text("\(parameters["id"]) \(request.path) \(request.query)")
        },
        post("/items", "items.create") { request, _ in
            switch request.body {
            case .bytes(let bytes): text("\(bytes.count) bytes, sum \(bytes.reduce(0) { ($0 + Int($1)) % 65_521 })")
            case .tooLarge(let limit): .json(413, Array(#"{"detail":"At most \#(limit) bytes"}"#.utf8))
            }
        },
        post("/oauth/token", "tokens.issue", dialect: .oauth) { _, _ in text("token") },
        get("/address", "address.read") { request, _ in text(request.address ?? "none") },
        get("/headers", "headers.read") { request, _ in
            text(request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "\n"))
        },
        get("/slow", "slow.read") { _, _ in
            try? await Task.sleep(for: .seconds(1))
            return text("slow")
        },
        get("/gates/{name}", "gates.read") { _, parameters in
            await Gate[parameters["name"]].pass()
            return text("open")
        },
        get("/stuck", "stuck.read") { _, _ in
            try? await Task.sleep(for: .seconds(600))
            return text("stuck")
        },
        post("/stuck", "stuck.create") { _, _ in
            stuckRequests.add(1, ordering: .relaxed)
            try? await Task.sleep(for: .seconds(600))
            return text("stuck")
        },
        Endpoint(.get, "/brief", name: "brief.read", access: .open, "", replies: [], isBrief: true) { _, _ in place },
        get("/long", "long.read") { _, _ in await whereItIs() },
        get("/cached", "cached.read") { _, _ in text("cached").adding("Cache-Control", "max-age=60") },
        get("/nothing", "nothing.read") { _, _ in Response(status: 204) },
        get("/broken", "broken.read") { _, _ in text("secret").adding("not a name", "secret") },
        get("/injection", "injection.read") { _, _ in text("x").adding("X-Echo", "a\r\nSet-Cookie: b=c") },
    ])

    /// Where it is answered.
    private static var place: Response {
        text(MultiThreadedEventLoopGroup.currentEventLoop == nil ? "beside" : "event loop")
    }

    private static func whereItIs() async -> Response { place }

    private static func text(_ text: String) -> Response {
        Response(status: 200, headers: [("content-type", "text/plain")], body: Array(text.utf8))
    }

    private static func get(_ path: PathTemplate, _ name: String, _ answer: @escaping Endpoint.Answer) -> Endpoint {
        Endpoint(.get, path, name: name, access: .open, "", replies: [], answer: answer)
    }

    private static func post(
        _ path: PathTemplate,
        _ name: String,
        dialect: Endpoint.Dialect = .detail,
        _ answer: @escaping Endpoint.Answer,
    ) -> Endpoint {
        Endpoint(
            .post,
            path,
            name: name,
            access: .open,
            "",
            dialect: dialect,
            replies: [],
            bodyBytesMax: bodyBytesMax,
            answer: answer,
        )
    }
}
