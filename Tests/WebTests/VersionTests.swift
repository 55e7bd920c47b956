import Testing
import Web

/// What the version of a request makes of it: whom it must name, and how long its connection lives.
@Suite(.timeLimit(.minutes(3))) struct VersionTests {
    @Test(arguments: [
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: user@a\r\n\r\n",
        "GET http://a/health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST /items HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde",
        "POST /items HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
    func `a request that names no host, or several, is refused and the connection closed`(bytes: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send(bytes)
                let answer = try await client.read()
                #expect(answer.status == 400)
                #expect(answer.body == #"{"detail":"Bad Request"}"#)
                #expect(answer["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test(arguments: ["Host: ", "Host: a.example:8080", "Host: [::1]:80", "host: xn--a"])
    func `one host is enough, even one without a name`(line: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                for _ in 1...2 {
                    try await client.send("GET /health HTTP/1.1\r\n\(line)\r\n\r\n")
                    #expect(try await client.read().status == 200)
                }
            }
        }
    }

    @Test func `a request without a host, sent ahead, does not cost the answers before it`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send(
                    "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nPOST /items HTTP/1.1\r\nContent-Length: 1\r\n\r\na"
                )
                let first = try await client.read()
                #expect(first.body == "slow")
                #expect(first["connection"] == nil)
                let second = try await client.read()
                #expect(second.status == 400)
                #expect(second["connection"] == "close")
            }
            #expect(!String(decoding: server.metrics.text, as: UTF8.self).contains(#"endpoint="items.create",method"#))
        }
    }

    @Test(arguments: ["GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /items/1 HTTP/1.1\r\n\r\n"])
    func `what follows a request without a host, all sent ahead, takes nothing from its refusal`(
        third: String
    ) async throws {
        // The refusal is the server's answer, not the end of a connection on which nothing is asked.
        try await RunningServer.run({ $0.limits.idleSeconds = 600 }) { server in
            try await RawClient.connect(to: server) { client in
                let malformed = "POST /items HTTP/1.1\r\nContent-Length: 1\r\n\r\na"
                try await client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + malformed + third)
                #expect(try await client.read().body == "slow")
                let refused = try await client.read()
                #expect(refused.status == 400)
                #expect(refused["connection"] == "close")
                #expect(await client.isClosed())
            }
            #expect(!String(decoding: server.metrics.text, as: UTF8.self).contains(#"endpoint="items.read",method"#))
        }
    }

    @Test(arguments: ["", "Host: x\r\n", "Connection: close\r\n", "Connection: keep-alive, close\r\n"])
    func `a client of HTTP 1 point 0 gets its answer and the end`(headers: String) async throws {
        // The end is the server's own doing, not that of a connection on which nothing is asked.
        try await RunningServer.run({ $0.limits.idleSeconds = 600 }) { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("GET /health HTTP/1.0\r\n\(headers)\r\n")
                let answer = try await client.read()
                #expect(answer.status == 200)
                #expect(answer["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `unless it asks to go on, and then it is told that it may`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                for _ in 1...3 {
                    try await client.send("GET /health HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
                    let answer = try await client.read()
                    #expect(answer.status == 200)
                    #expect(answer["connection"] == "keep-alive")
                }
            }
        }
    }

    @Test(arguments: ["Close", "TE, close"])
    func `a wish to close is understood however it is written, and what follows is not read`(words: String) async throws
    {
        // The end is the server's own doing, not that of a connection on which nothing is asked.
        try await RunningServer.run({ $0.limits.idleSeconds = 600 }) { server in
            try await RawClient.connect(to: server) { client in
                let close = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: \(words)\r\n\r\n"
                try await client.send(close + "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
                let answer = try await client.read()
                #expect(answer.status == 200)
                #expect(answer["connection"] == "close")
                #expect(await client.isClosed())
            }
            #expect(!String(decoding: server.metrics.text, as: UTF8.self).contains(#"endpoint="items.read",method"#))
        }
    }

    @Test func `an old client that expects 100 is not kept waiting by it`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("POST /items HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde")
                let answer = try await client.read()
                #expect(answer.status == 200)
                #expect(answer.body == "5 bytes, sum 495")
            }
        }
    }
}
