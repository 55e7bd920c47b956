import Patience
import Synchronization
import Testing
import Web
import Wire

/// Who comes while there is too much to do is told at once to come again, and whoever watches still hears how it is.
@Suite(.timeLimit(.minutes(3))) struct OverloadTests {
    @Test func `more requests than can be answered are shed in each dialect, and health is not`() async throws {
        let limits: @Sendable (inout WebServer.Configuration) -> Void = {
            $0.limits.answeringMax = 1
            $0.limits.drainSeconds = 1
        }
        try await RunningServer.run(limits) { server in
            try await RawClient.connect(to: server) { busy in
                for _ in 0..<3 { #expect(try await busy.ask("GET /items/1").status == 200) }
                try await busy.send("GET /gates/shed HTTP/1.1\r\nHost: x\r\n\r\n")
                await Gate["shed"].isReached()
                try await RawClient.connect(to: server) { client in
                    for (line, body) in [
                        ("GET /items/1", #"{"detail":"Try again: the server has more to do than it can"}"#),
                        ("GET /nowhere", #"{"detail":"Try again: the server has more to do than it can"}"#),
                        ("POST /oauth/token", Self.oauth), ("GET /oauth/token", Self.oauth),
                    ] {
                        let answer = try await client.ask(line)
                        #expect(answer.status == 503, "\(line)")
                        #expect(answer["retry-after"] == "1")
                        #expect(answer.body == body)
                    }
                    #expect(try await client.ask("GET /health").status == 200)
                }
            }
        }
    }

    private static let oauth =
        #"{"error":"temporarily_unavailable","error_description":"The server has more to do than it can; try again"}"#

    @Test func `what is brief is answered where its bytes arrive, and all else beside that`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                for _ in 0..<20 {
                    let (brief, long) = (try await client.ask("GET /brief"), try await client.ask("GET /long"))
                    #expect([brief.body, long.body] == ["event loop", "beside"])
                }
            }
        }
    }

    /// - Parameter isAhead: whether it is sent before the answer, so that it has been read by then.
    @Test(arguments: [false, true])
    func `who was told to come again and does so at once waits`(isAhead: Bool) async throws {
        let limits: @Sendable (inout WebServer.Configuration) -> Void = {
            $0.limits.answeringMax = 0
            $0.limits.pauseMilliseconds = 2_000
        }
        try await RunningServer.run(limits) { server in
            try await RawClient.connect(to: server) { client in
                let (first, again) = ("GET /items/1", "GET /health")
                let began = ContinuousClock.now
                if isAhead {
                    try await client.send("\(first) HTTP/1.1\r\nHost: x\r\n\r\n\(again) HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await client.read().status == 503)
                } else {
                    #expect(try await client.ask(first).status == 503)
                    try await client.send("\(again) HTTP/1.1\r\nHost: x\r\n\r\n")
                }
                // Others are not held up, and have not been turned away.
                try await RawClient.connect(to: server) { other in
                    for _ in 0..<20 {
                        let answer = try await other.ask(again)
                        #expect(answer.status == 200)
                    }
                }
                #expect(try await client.read().status == 200)
                #expect(ContinuousClock.now - began >= .seconds(2))
            }
        }
    }

    @Test func `a trusted proxy is not made to wait, for it asks for many`() async throws {
        let limits: @Sendable (inout WebServer.Configuration) -> Void = {
            $0.limits.answeringMax = 0
            $0.limits.pauseMilliseconds = 600_000
            $0.trustedProxies = [CIDR("127.0.0.1/32")].compactMap(\.self)
        }
        try await RunningServer.run(limits) { server in
            try await RawClient.connect(to: server) { proxy in
                let refused = try await proxy.ask("GET /items/1")
                #expect(refused.status == 503)
                #expect(try await proxy.ask("GET /health").status == 200)
            }
        }
    }

    @Test func `a shutdown does not leave unanswered who waits to come again`() async throws {
        let limits: @Sendable (inout WebServer.Configuration) -> Void = {
            $0.limits.answeringMax = 0
            $0.limits.pauseMilliseconds = 600_000
        }
        try await RunningServer.run(limits) { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await client.read().status == 503)
                await server.stop()
                #expect(try await client.read().status == 200)
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `bodies that would take more memory than there may be are shed`() async throws {
        let limits: @Sendable (inout WebServer.Configuration) -> Void = {
            $0.limits.bodiesBytesMax = 100_000
            $0.limits.drainSeconds = 1
        }
        try await RunningServer.run(limits) { server in
            let before = Example.stuckRequests.load(ordering: .relaxed)
            try await RawClient.connect(to: server) { first in
                try await first.send("POST /stuck HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n")
                try await first.send(zeros: 60_000)
                // Until those bytes are being answered; then there is no free space for as many again, but for fewer.
                try await until { Example.stuckRequests.load(ordering: .relaxed) != before }
                let refused = try await post(60_000, to: server)
                #expect(refused.status == 503)
                #expect(refused["retry-after"] == "1")
                #expect(try await post(30_000, to: server).body == "30000 bytes, sum 0")
                // What was held has been given back.
                #expect(try await post(30_000, to: server).body == "30000 bytes, sum 0")
                #expect(!first.hasEnded)
            }
        }
    }

    @Test func `a body that does not come to its end makes room for another`() async throws {
        try await RunningServer.run({ $0.limits.bodiesBytesMax = 100_000 }) { server in
            try await RawClient.connect(to: server) { first in
                try await first.send("POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 60001\r\n\r\n")
                try await first.send(zeros: 60_000)
                // Until those bytes are held.
                try await until {
                    let answer = try await post(60_000, to: server)
                    #expect(answer.body == "60000 bytes, sum 0")
                    return first.hasEnded
                }
            }
        }
    }

    private func post(_ count: Int, to server: RunningServer) async throws -> RawClient.Answer {
        try await RawClient.connect(to: server) { client in
            try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\n\r\n")
            try await client.send(zeros: count)
            return try await client.read()
        }
    }

    @Test func `what has been done is told even where there is no room for the answer`() async throws {
        try await RunningServer.run({ $0.limits.bodiesBytesMax = 10 }) { server in
            try await RawClient.connect(to: server) { client in
                let answer = try await client.ask("GET /items/a-name-that-is-longer")
                #expect(answer.status == 200)
                #expect(answer.body.hasPrefix("a-name-that-is-longer "))
            }
        }
    }

    @Test func `whoever watches is answered whatever it sends`() async throws {
        try await RunningServer.run({ $0.limits.bodiesBytesMax = 10 }) { server in
            try await RawClient.connect(to: server) { client in
                try await client.send(
                    "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n01234567890123456789"
                )
                #expect(try await client.read().status == 200)
            }
        }
    }

    @Test func `who takes nothing of the largest answers makes room for others`() async throws {
        // One large answer finds free space, and two do not.
        try await RunningServer.run({ $0.limits.bodiesBytesMax = Example.largeBytes * 3 / 2 }) { server in
            try await RawClient.connect(to: server) { greedy in
                try await greedy.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await greedy.read(hasBody: false).status == 200)
                try await RawClient.connect(to: server) { client in
                    let answer = try await client.ask("GET /large")
                    #expect(answer.status == 200)
                    #expect(answer.body.utf8.count == Example.largeBytes)
                }
                #expect(await greedy.count(upTo: Example.largeBytes) < Example.largeBytes)
            }
        }
    }

    @Test func `where all requests wait for the server, a newcomer is served`() async throws {
        let limits: @Sendable (inout WebServer.Configuration) -> Void = {
            $0.limits.requestsMax = 1
            $0.limits.answeringMax = 1
            $0.limits.drainSeconds = 1
        }
        try await RunningServer.run(limits) { server in
            try await RawClient.connect(to: server) { busy in
                try await busy.send("GET /gates/newcomer HTTP/1.1\r\nHost: x\r\n\r\n")
                await Gate["newcomer"].isReached()
                let status = try await RawClient.connect(to: server) { try await $0.ask("GET /health").status }
                #expect(status == 200)
                #expect(!busy.hasEnded)
            }
        }
    }

    @Test func `an answer that nobody takes is not held for ever`() async throws {
        try await RunningServer.run({ $0.limits.requestSeconds = 1 }) { server in
            try await RawClient.connect(to: server) { client in
                // After this the server has the connection, until it gives it up.
                _ = try await client.ask("GET /health")
                try await client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
                try await until { try Sockets.established(at: server.port).isEmpty }
                // The head comes, and then no more than the system's buffers held.
                let answer = try? await client.read()
                #expect(answer?.status == nil)
            }
        }
    }

    @Test func `what is sent ahead is answered whole, one after the other`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send(String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 5))
                for _ in 0..<5 {
                    let answer = try await client.read()
                    #expect(answer.body.utf8.count == Example.largeBytes)
                }
            }
        }
    }

    @Test func `a body that is sent ahead is read when its turn comes`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n")
                try await client.send(zeros: 500_000)
                try await client.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await client.read().body == "slow")
                #expect(try await client.read().body == "500000 bytes, sum 0")
                #expect(try await client.read().status == 200)
            }
        }
    }

    @Test func `requests that do not come to their end cost one of them its connection`() async throws {
        try await RunningServer.run({ $0.limits.requestsMax = 2 }) { server in
            let begun = "POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na"
            try await RawClient.connect(to: server) { first in
                try await RawClient.connect(to: server) { second in
                    try await RawClient.connect(to: server) { third in
                        try await first.send(begun)
                        try await second.send(begun)
                        try await third.send(begun)
                        try await until { first.hasEnded || second.hasEnded || third.hasEnded }
                        let answers = [try? await first.end(), try? await second.end(), try? await third.end()]
                        #expect(answers.compactMap(\.self) == ["2 bytes, sum 194", "2 bytes, sum 194"])
                    }
                }
            }
        }
    }
}

extension RawClient {
    /// Sends the last byte of a body and reads the answer.
    fileprivate mutating func end() async throws -> String {
        try await send("a")
        return try await read().body
    }
}
