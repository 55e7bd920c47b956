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

    @Test func `a client that says that it has asked all gets all answers`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let last = "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n"
                try await client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + last + last)
                try await client.finishSending()
                #expect(try await client.read().body == "slow")
                #expect(try await client.read().body.hasPrefix("1 "))
                #expect(try await client.read().body.hasPrefix("1 "))
                #expect(await client.isClosed())
            }
        }
    }

    @Test(arguments: ["nonsense", "POST /items HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz"])
    func `nor does it cost the answers to requests that wait for their turn`(bytes: String) async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let second = "GET /items/2 HTTP/1.1\r\nHost: x\r\n\r\n"
                try await client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n\(second)\(bytes)\r\n\r\n")
                #expect(try await client.read().body == "slow")
                #expect(try await client.read().body.hasPrefix("2 "))
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
            // A busy machine may let that second pass before the question is out: then it is asked on another one.
            for _ in 1...60 {
                let isAnsweredAndClosed: Bool? = try await RawClient.connect(to: server) { client in
                    guard (try? await client.ask("GET /health")) != nil else { return nil }
                    return await client.isClosed()
                }
                guard let isAnsweredAndClosed else { continue }
                return #expect(isAnsweredAndClosed)
            }
            Issue.record("nothing is ever answered")
        }
    }

    @Test func `past the limit the connection makes way on which nothing was done for the longest time`() async throws {
        try await RunningServer.run({ $0.limits.connectionsMax = 2 }) { server in
            try await RawClient.connect(to: server) { first in
                try await RawClient.connect(to: server) { second in
                    _ = try await second.ask("GET /health")
                    _ = try await first.ask("GET /health")
                    let third = try await RawClient.connect(to: server) { try await $0.ask("GET /health").status }
                    #expect(third == 200)
                    #expect(await second.isClosed())
                    #expect(try await first.ask("GET /health").status == 200)
                }
            }
        }
    }

    @Test func `a request that is sent slowly makes way before one that is being answered`() async throws {
        let limits: @Sendable (inout WebServer.Configuration) -> Void = {
            $0.limits.connectionsMax = 2
            $0.limits.drainSeconds = 1
        }
        try await RunningServer.run(limits) { server in
            try await RawClient.connect(to: server) { answered in
                try await answered.send("GET /gates/answered HTTP/1.1\r\nHost: x\r\n\r\n")
                await Gate["answered"].isReached()
                try await RawClient.connect(to: server) { slow in
                    let head = "POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
                    try await slow.send(head + "Expect: 100-continue\r\n\r\n")
                    #expect(try await slow.read(hasBody: false).status == 100)
                    let third = try await RawClient.connect(to: server) { try await $0.ask("GET /health").status }
                    #expect(third == 200)
                    #expect(await slow.isClosed())
                }
            }
        }
    }

    @Test func `where nobody can make way, new connections wait`() async throws {
        let limits: @Sendable (inout WebServer.Configuration) -> Void = {
            $0.limits.connectionsMax = 1
            $0.limits.sparedMax = 1
        }
        try await RunningServer.run(limits) { server in
            let answered = Flag()
            try await withThrowingTaskGroup(of: Int.self) { group in
                try await RawClient.connect(to: server) { first in
                    try await first.send("GET /gates/first HTTP/1.1\r\nHost: x\r\n\r\n")
                    await Gate["first"].isReached()
                    try await RawClient.connect(to: server) { second in
                        try await second.send("GET /gates/second HTTP/1.1\r\nHost: x\r\n\r\n")
                        await Gate["second"].isReached()
                        group.addTask {
                            try await RawClient.connect(to: server) { third in
                                let status = try await third.ask("GET /health").status
                                answered.set()
                                return status
                            }
                        }
                        // Each waits for its answer, and gets it; the third has none while both wait.
                        try await Task.sleep(for: .milliseconds(300))
                        #expect(!answered.isSet)
                        #expect(!first.hasEnded)
                        #expect(!second.hasEnded)
                        Gate["first"].open()
                        #expect(try await first.read().body == "open")
                        Gate["second"].open()
                        #expect(try await second.read().body == "open")
                    }
                }
                // Neither waits any more.
                let third = try await group.next()
                #expect(third == 200)
            }
        }
    }

    @Test(arguments: [(5_000, 2_048, 64), (100, 76, 12), (3, 1, 1)])
    func `no more connections are borne than there can be`(count: Int, most: Int, spared: Int) {
        var limits = WebServer.Limits()
        let canServe = limits.accept(atMost: count)
        #expect(canServe)
        #expect((limits.connectionsMax, limits.sparedMax) == (most, spared))
        let canServeNobody = limits.accept(atMost: 1)
        #expect(!canServeNobody)
    }
}
