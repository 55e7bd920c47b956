import Testing
import Web

@Suite(.timeLimit(.minutes(3))) struct AnswerTests {
    @Test(arguments: [
        ("GET /health", 200, #"{"status":"ok"}"#),
        ("GET /health/", 200, #"{"status":"ok"}"#),
        ("GET /health?x=1", 200, #"{"status":"ok"}"#),
        ("GET http://elsewhere.example/health", 200, #"{"status":"ok"}"#),
        ("GET /items/a%2Fb?q=%20&r", 200, "a%2Fb /items/a%2Fb q=%20&r"),
        ("GET http://elsewhere.example/items/1?a=b", 200, "1 /items/1 a=b"),
        ("GET /nowhere", 404, #"{"detail":"Not Found"}"#),
        ("PURGE /nowhere", 404, #"{"detail":"Not Found"}"#),
        ("GET http://elsewhere.example", 404, #"{"detail":"Not Found"}"#),
        ("OPTIONS *", 404, #"{"detail":"Not Found"}"#),
        ("DELETE /items", 405, #"{"detail":"Method Not Allowed"}"#),
        ("OPTIONS /health", 405, #"{"detail":"Method Not Allowed"}"#),
        ("GET /oauth/token", 405, #"{"error":"invalid_request","error_description":"Method Not Allowed"}"#),
        ("GET /broken", 500, #"{"detail":"Internal Server Error"}"#),
    ])
    func `a request is answered by its endpoint or told why not`(line: String, status: Int, body: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let answer = try await client.ask(line)
                #expect(answer.status == status)
                #expect(answer.body == body)
            }
        }
    }

    @Test func `a wrong method is told the right ones`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let health = try await client.ask("DELETE /health")
                #expect(health["allow"] == "GET, HEAD")
                let items = try await client.ask("HEAD /items")
                #expect(items["allow"] == "POST")
            }
        }
    }

    @Test func `every answer says the same few things, once`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                for (line, status) in [("GET /health", 200), ("GET /nowhere", 404), ("GET /broken", 500)] {
                    let answer = try await client.ask(line)
                    #expect(answer.status == status)
                    #expect(answer["x-request-id"]?.hasPrefix("req_") == true)
                    #expect(answer["content-length"] == "\(answer.body.utf8.count)")
                    #expect(answer["cache-control"] == "no-store")
                    #expect(answer["x-content-type-options"] == "nosniff")
                    let date = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/
                    #expect(answer["date"]?.wholeMatch(of: date) != nil)
                    #expect(answer["server"] == nil)
                    #expect(Set(answer.headers.map(\.name)).count == answer.headers.count)
                }
            }
        }
    }

    @Test func `an endpoint may allow caching, and an answer without content has no length`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let cached = try await client.ask("GET /cached")
                #expect(cached.headers.filter { $0.name == "cache-control" }.map(\.value) == ["max-age=60"])
                let nothing = try await client.ask("GET /nothing")
                #expect(nothing.status == 204)
                #expect(nothing["content-length"] == nil)
            }
        }
    }

    @Test func `HEAD is answered as GET without the content`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let head = try await client.ask("HEAD /health")
                #expect(head.status == 200)
                #expect(head["content-length"] == "15")
                #expect(try await client.ask("GET /health").body == #"{"status":"ok"}"#)
            }
        }
    }

    @Test func `a header's value cannot begin a new header`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let answer = try await client.ask("GET /injection")
                #expect(answer["set-cookie"] == nil)
                #expect(answer["x-echo"]?.contains("b=c") == true)
            }
        }
    }

    @Test func `an answer that cannot be sent is logged without its content`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                _ = try await client.ask("GET /broken", "Authorization: Bearer secret")
            }
            let errors = server.log.all.filter { $0.hasPrefix("error") }
            #expect(errors.count == 1)
            #expect(errors.first?.contains("broken.read") == true)
            #expect(!server.log.all.contains { $0.contains("secret") })
        }
    }

    @Test func `headers arrive with lower-case names in their order`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let answer = try await client.ask("GET /headers", "If-Match: \"1\"", "X-A: 1", "x-a: 2")
                #expect(answer.body == "if-match=\"1\"\nx-a=1\nx-a=2")
            }
        }
    }

    @Test(arguments: [("127.0.0.1", 0), ("0.0.0.0", 1)])
    func `listening beyond loopback without TLS is warned about once`(host: String, warnings: Int) async throws {
        try await RunningServer.run({ $0.host = host }) { server in
            try await RawClient.connect(to: server) { _ = try await $0.ask("GET /health") }
            #expect(server.log.warnings(about: "TLS") == warnings)
        }
    }
}
