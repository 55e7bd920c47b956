import Endpoints
import Engine
import Testing
import Wire

/// What the path names is asked about last: whether it is well formed, unknown or there makes no difference before.
struct OrderByPathTests {
    struct Fault: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var token: String?
        var body: Request.Body
        var headers: [(name: String, value: String)]
        let status: Int

        init(
            _ name: String,
            token: String? = nil,
            _ body: String,
            _ headers: [(name: String, value: String)],
            _ status: Int,
        ) {
            testDescription = name
            self.token = token
            self.body = .bytes(Array(body.utf8))
            self.headers = headers
            self.status = status
        }
    }

    private static let json = [(name: "content-type", value: "application/json")]

    /// In the order of decision 25: each breaks every rule after its own as well.
    static let faults: [Fault] = [
        Fault("nobody", token: "", "{", [("content-type", "text/plain")], 401),
        Fault("a coded body", "{", [("content-type", "text/plain"), ("content-encoding", "gzip")], 415),
        Fault("another type", "{", [("content-type", "text/plain")], 415),
        Fault("no JSON", "{", json, 400),
        Fault("no object", "[]", json, 422),
        Fault("an unknown field", #"{"colour":"red"}"#, json, 422),
    ]

    static let targets: [(Request.Method, String, whole: String)] = [
        (.patch, "/partners/ID", #"{"name":"A"}"#), (.patch, "/tenants/ID", #"{"name":"A"}"#),
        (.patch, "/applications/ID", #"{"name":"A"}"#), (.post, "/applications/ID/rotate-secret", "{}"),
        (.post, "/signing-keys/ID/revoke", "{}"),
    ]

    @Test(arguments: ["zzz", "%00", "prt_nobody", "tnt_nobody", "app_nobody", "snk_nobody"])
    func `the body is judged before what the path names`(id: String) async throws {
        try await Server.run { server in
            let reader = try await server.platformToken(["admin:read"])
            for (method, path, whole) in Self.targets {
                let path = path.replacing("ID", with: id)
                for fault in Self.faults {
                    let answer = await server.send(
                        method,
                        path,
                        body: fault.body,
                        token: fault.token,
                        headers: fault.headers
                    )
                    #expect(
                        answer.status == fault.status,
                        "\(method) \(path), \(fault.testDescription): \(answer.text)"
                    )
                }
                let large = await server.send(method, path, body: .tooLarge(limit: 1), headers: Self.json)
                #expect(large.status == 413, "\(path)")
                let denied = await server.send(
                    method,
                    path,
                    body: .tooLarge(limit: 1),
                    token: reader,
                    headers: Self.json
                )
                #expect(denied.status == 403, "\(path)")
                let absent = await server.send(method, path, body: .bytes(Array(whole.utf8)), headers: Self.json)
                #expect(absent.status == 404, "\(path): \(absent.text)")
            }
        }
    }

    @Test(arguments: [("gzip", 415), ("GZIP", 415), ("identity, br", 415), ("identity", 201), ("", 201)])
    func `a body in a coding is refused, and told which would do`(coding: String, status: Int) async throws {
        try await Server.run { server in
            let answer = await server.call(
                .post,
                "/partners",
                ["name": "A", "slug": "a"],
                headers: [("content-type", "application/json"), ("content-encoding", coding)]
            )
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.header("accept-encoding") == (status == 415 ? "identity" : nil))
        }
    }
}
