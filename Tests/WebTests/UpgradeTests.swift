import Testing
import Web

/// Requests that ask for another protocol: nobody here speaks one, and the connection goes on as it was.
@Suite(.timeLimit(.minutes(3))) struct UpgradeTests {
    /// As the JDK's `HttpClient`, `curl --http2`, browsers and proxies send them.
    static let upgrades = [
        "Connection: Upgrade\r\nUpgrade: anything",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        "connection: keep-alive, upgrade\r\nupgrade: websocket",
        "Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2, HTTP/1.1",
        "Upgrade: a\r\nUpgrade: b\r\nConnection: HTTP2-Settings ,  UPGRADE ,te",
    ]

    @Test(arguments: upgrades)
    func `an upgrade is ignored, and the connection goes on`(headers: String) async throws {
        // Whoever waits for the end of an idle connection waits longer than this test may take.
        try await RunningServer.run({ $0.limits.idleSeconds = 600 }) { server in
            try await RawClient.connect(to: server) { client in
                for number in 1...3 {
                    try await client.send("GET /items/\(number) HTTP/1.1\r\nHost: x\r\n\(headers)\r\n\r\n")
                    let answer = try await client.read()
                    #expect(answer.status == 200)
                    #expect(answer.body.hasPrefix("\(number) "))
                    #expect(answer["connection"] == nil)
                }
                #expect(try await client.ask("GET /health").status == 200)
            }
        }
    }

    @Test(arguments: upgrades)
    func `what is sent ahead behind an upgrade is read to the last byte`(headers: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let asking = "POST /items HTTP/1.1\r\nHost: x\r\n\(headers)\r\n"
                let long = asking + "Content-Length: 5\r\n\r\nabcde"
                let chunked = asking + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
                let bytes = long + chunked + long + "GET /items/7 HTTP/1.1\r\nHost: x\r\n\r\n"
                for byte in bytes.utf8.dropLast(40) { try await client.send(String(decoding: [byte], as: UTF8.self)) }
                try await client.send(String(decoding: bytes.utf8.suffix(40), as: UTF8.self))
                for _ in 1...3 { #expect(try await client.read().body == "5 bytes, sum 495") }
                let last = try await client.read()
                #expect(last.body.hasPrefix("7 "))
            }
        }
    }

    @Test(arguments: upgrades)
    func `requests that come in one piece with an upgrade are all answered`(headers: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let asking = "GET /items/1 HTTP/1.1\r\nHost: x\r\n\(headers)\r\n\r\n"
                let plain = "GET /items/2 HTTP/1.1\r\nHost: x\r\n\r\n"
                try await client.send(asking + plain + asking + asking + plain)
                for number in [1, 2, 1, 1, 2] {
                    let answer = try await client.read()
                    #expect(answer.body.hasPrefix("\(number) "))
                }
            }
        }
    }

    @Test(arguments: [
        "Connection: Upgrade;q=1\r\nUpgrade: h2c", "Connection: te,\tupgrade\r\nUpgrade: h2c",
        "Connection: upgrade\r\nUpgrade:", "Connection: upgrades\r\nUpgrade: h2c",
    ])
    func `what may be an upgrade is answered, and is the last on its connection`(headers: String) async throws {
        try await RunningServer.run({ $0.limits.idleSeconds = 600 }) { server in
            try await RawClient.connect(to: server) { client in
                let answer = try await client.ask("GET /items/1", headers)
                #expect(answer.status == 200)
                #expect(answer["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test(arguments: ["Connection: Upgrade", "Upgrade: h2c"])
    func `one half of an upgrade is none`(header: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                for _ in 1...3 {
                    let answer = try await client.ask("GET /health", header)
                    #expect(answer.status == 200)
                    #expect(answer["connection"] == nil)
                }
            }
        }
    }

    @Test func `CONNECT is refused, and what follows is answered`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let connect = "CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n"
                try await client.send(connect + "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
                let refused = try await client.read()
                #expect(refused.status >= 400)
                let answer = try await client.read()
                #expect(answer.body.hasPrefix("1 "))
                #expect(try await client.ask("GET /health").status == 200)
            }
        }
    }

    @Test func `an upgrade cut off in the middle, and the end behind one, are what they are elsewhere`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                #expect(try await client.ask("GET /health", Self.upgrades[0]).status == 200)
                try await client.finishSending()
                #expect(await client.isClosed())
            }
            try await RawClient.connect(to: server) { client in
                #expect(try await client.ask("GET /health", Self.upgrades[0]).status == 200)
                try await client.send("G<T / HTTP/1.1\r\n\r\n")
                let answer = try await client.read()
                #expect(answer.status == 400)
                #expect(await client.isClosed())
            }
        }
    }
}
