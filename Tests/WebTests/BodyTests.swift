import Testing
import Web

@Suite(.timeLimit(.minutes(3))) struct BodyTests {
    @Test func `a body of known length is read whole`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
                try await client.send("cde")
                #expect(try await client.read().body == "5 bytes, sum 495")
            }
        }
    }

    @Test func `a body in chunks is read whole`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                try await client.send("2\r\nab\r\n3;x=y\r\nc")
                try await client.send("de\r\n0\r\nX-Trailer: 1\r\n\r\n")
                #expect(try await client.read().body == "5 bytes, sum 495")
                #expect(try await client.ask("GET /health").status == 200)
            }
        }
    }

    @Test func `a body of exactly the limit is read`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let length = Example.bodyBytesMax
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n")
                try await client.send(zeros: length)
                #expect(try await client.read().body == "\(length) bytes, sum 0")
            }
        }
    }

    @Test func `a client that sends all before it reads gets its 413`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let length = 5 * 1024 * 1024
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n")
                try await client.send(zeros: length)
                let answer = try await client.read()
                #expect(answer.status == 413)
                #expect(answer["connection"] == "close")
                #expect(answer.body == #"{"detail":"At most 1048576 bytes"}"#)
                #expect(await client.isClosed())
            }
        }
    }

    @Test(arguments: ["Content-Length: 5242880", "Transfer-Encoding: chunked"])
    func `a client that sends slowly gets its 413 while it sends`(framing: String) async throws {
        // How slowly is left to the machine.
        try await RunningServer.run({ $0.limits.lingerSeconds = 600 }) { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n")
                for _ in 0..<20 {
                    if framing.hasPrefix("Transfer") { try await client.send("40000\r\n") }
                    try await client.send(zeros: 256 * 1024)
                    if framing.hasPrefix("Transfer") { try await client.send("\r\n") }
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(try await client.read().status == 413)
            }
        }
    }

    @Test func `what is thrown away after a 413 is bounded`() async throws {
        try await RunningServer.run({ $0.limits.lingerBytesMax = 64 * 1024 }) { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
                #expect(try await client.read().status == 413)
                await #expect(throws: (any Error).self) {
                    while true { try await client.send(zeros: 64 * 1024) }
                }
            }
        }
    }

    @Test func `a client that expects 100 is told to go on, or at once that it need not`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                let head = "POST /items HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                try await client.send(head + "Content-Length: 1\r\n\r\n")
                #expect(try await client.read().status == 100)
                try await client.send("a")
                #expect(try await client.read().status == 200)
                try await client.send(head + "Content-Length: 9999999\r\n\r\n")
                #expect(try await client.read().status == 413)
            }
        }
    }

    @Test func `half a body is never taken for a whole one`() async throws {
        try await RunningServer.run { server in
            try await RawClient.connect(to: server) { client in
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            }
            try await RawClient.connect(to: server) { client in
                try await client.send("POST /items HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
                #expect(try await client.read().status == 400)
                #expect(await client.isClosed())
            }
            #expect(!String(decoding: server.metrics.text, as: UTF8.self).contains(#"endpoint="items.create",method"#))
        }
    }
}
