import Testing
import Web

@Suite(.timeLimit(.minutes(3))) struct ConnectionTests {
    @Test func `a connection serves one request after another`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                for _ in 0..<100 {
                    let answer = try await client.ask("GET /health")
                    #expect(answer.status == 200)
                }
            }
        }
    }

    @Test func `requests sent ahead are answered in their order`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let ids = (0..<20).map { "\($0)" }
                try await client.send(ids.map { "GET /items/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
                for id in ids { #expect(try await client.read().body.hasPrefix("\(id) ")) }
            }
        }
    }

    @Test(arguments: ["nonsense", "POST /items HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz"])
    func `a malformed request sent ahead does not cost the answers before it`(bytes: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n\(bytes)\r\n\r\n")
                #expect(try await client.read().body == "slow")
                #expect(try await client.read().status == 400)
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `a client that wants to close is closed`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let answer = try await client.ask("GET /health", "Connection: close")
                #expect(answer.status == 200)
                #expect(await client.isClosed())
            }
        }
    }

    @Test(arguments: [
        "nonsense\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET /health HTTP/9.9\r\n\r\n",
        "POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ])
    func `what is no request is refused and the connection closed`(bytes: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send(bytes)
                let answer = try await client.read()
                #expect(answer.status == 400)
                #expect(answer.body == #"{"detail":"Bad Request"}"#)
                #expect(answer["connection"] == "close")
                #expect(answer["x-request-id"] != nil)
                #expect(await client.isClosed())
            }
        }
    }

    @Test(arguments: [
        ("/health", 1, 20_000),
        ("/health", 50, 9_000),
        ("/health", 101, 1),
        ("/" + String(repeating: "a", count: 20_000), 1, 1),
    ])
    func `more headers than the limit are refused with 431`(path: String, count: Int, size: Int) async throws {
        let header = "X: \(String(repeating: "a", count: size))\r\n"
        let bytes = "GET \(path) HTTP/1.1\r\n\(String(repeating: header, count: count))\r\n"
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send(bytes)
                #expect(try await client.read().status == 431)
            }
        }
    }

    @Test(arguments: [
        "GET /hea",
        "GET /health HTTP/1.1\r\nX: ",
        "POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
    ])
    func `a request that does not come to its end is refused in time`(bytes: String) async throws {
        try await RunningServer.run({ $0.limits.requestSeconds = 1 }) { server in
            try await RawClient.connect(to: server) { client in
                _ = try await client.ask("GET /health")
                try await client.send(bytes)
                #expect(try await client.read().status == 408)
            }
        }
    }

    @Test func `a connection on which nothing is asked is closed`() async throws {
        try await RunningServer.run({ $0.limits.idleSeconds = 1 }) { server in
            let isClosed = try await RawClient.connect(to: server) { await $0.isClosed() }
            #expect(isClosed)
            try await RawClient.connect(to: server) { client in
                _ = try await client.ask("GET /health")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `connections beyond the limit wait until others are closed`() async throws {
        try await RunningServer.run({ $0.limits.connectionsMax = 1 }) { server in
            async let second = RawClient.connect(to: server) { try await $0.ask("GET /health").status }
            async let first = RawClient.connect(to: server) { try await $0.ask("GET /health").status }
            let statuses = try await [first, second]
            #expect(statuses == [200, 200])
        }
    }
}
