import Patience
import Testing
import Web

@Suite(.timeLimit(.minutes(3))) struct ShutdownTests {
    @Test func `requests in flight are answered, idle connections closed at once`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { idle in
                _ = try await idle.ask("GET /health")
                try await RawClient.connect(to: server) { busy in
                    try await busy.send("GET /gates/shutdown HTTP/1.1\r\nHost: x\r\n\r\n")
                    await Gate["shutdown"].isReached()
                    await server.stop()
                    #expect(await idle.isClosed())
                    Gate["shutdown"].open()
                    let answer = try await busy.read()
                    #expect(answer.body == "open")
                    #expect(answer["connection"] == "close")
                    #expect(await busy.isClosed())
                }
            }
        }
    }

    @Test func `under load what was answered was answered whole`() async throws {
        try await RunningServer.run { server in
            try await withThrowingTaskGroup { group in
                let answered = Tally()
                for _ in 0..<32 {
                    group.addTask {
                        try? await RawClient.connect(to: server) { client in
                            while true {
                                let answer = try await client.ask("GET /health")
                                #expect(answer.body == #"{"status":"ok"}"#)
                                answered.increment()
                            }
                        }
                    }
                }
                try await until { answered.value >= 320 }
                await server.stop()
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: [
        "GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na",
    ])
    func `what does not finish is cut off in time`(request: String) async throws {
        try await RunningServer.run({ $0.limits.drainSeconds = 1 }) { server in
            try await RawClient.connect(to: server) { client in
                try await client.send(request)
                try await Task.sleep(for: .milliseconds(100))
                await server.stop()
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `the port is free again at once`() async throws {
        let port = try await RunningServer.run { server in
            try await RawClient.connect(to: server) { _ = try await $0.ask("GET /health") }
            return server.port
        }
        try await RunningServer.run({ $0.port = port }) { server in
            #expect(server.port == port)
            let answer = try await RawClient.connect(to: server) { try await $0.ask("GET /health") }
            #expect(answer.status == 200)
        }
    }
}
