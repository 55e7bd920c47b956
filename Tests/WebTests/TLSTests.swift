import Foundation
import Patience
import Programs
import Testing
import Web

/// These speak to the server with Debian's `curl`, which knows TLS and HTTP/2 from other code than ours.
@Suite(.timeLimit(.minutes(3))) struct TLSTests {
    @Test(arguments: [("--http2", "2"), ("--http1.1", "1.1")])
    func `one port speaks what the client prefers`(option: String, version: String) async throws {
        try await Certificate.with { files in
            try await RunningServer.run({ $0.tls = files }) { server in
                let url = "https://127.0.0.1:\(server.port)/health"
                let answer = try await curl(option, "-w", " %{http_version} %{http_code}", url)
                #expect(answer == #"{"status":"ok"} \#(version) 200"#)
            }
        }
    }

    @Test func `an upgrade within TLS is ignored, and the connection goes on`() async throws {
        try await Certificate.with { files in
            try await RunningServer.run({ $0.tls = files }) { server in
                let url = "https://127.0.0.1:\(server.port)/health"
                let upgrade = ["--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: h2c"]
                let answers = try await curl(upgrade + ["-w", " %{http_code} %{num_connects}\n", url, url, url])
                let body = #"{"status":"ok"}"#
                #expect(answers == "\(body) 200 1\n\(body) 200 0\n\(body) 200 0\n")
            }
        }
    }

    @Test func `headers of HTTP/2 are those of HTTP/1.1`() async throws {
        try await Certificate.with { files in
            try await RunningServer.run({ $0.tls = files }) { server in
                let head = try await curl("--http2", "-I", "https://127.0.0.1:\(server.port)/health").lowercased()
                for field in ["content-length: 15", "cache-control: no-store", "x-request-id: req_1", "date: "] {
                    #expect(head.contains(field))
                }
                #expect(!head.contains("connection:"))
            }
        }
    }

    @Test(arguments: [("--http2", "Expect:"), ("--http1.1", "Expect:"), ("--http1.1", "Transfer-Encoding: chunked")])
    func `a body that is too large is answered while it is sent`(option: String, header: String) async throws {
        try await Certificate.with { files in
            try await RunningServer.run({ $0.tls = files }) { server in
                let body = files.certificatePath + ".body"
                try Data(count: 5 * 1024 * 1024).write(to: URL(filePath: body))
                let url = "https://127.0.0.1:\(server.port)/items"
                let large = try await curl(option, "-H", header, "--data-binary", "@\(body)", "-w", "%{http_code}", url)
                #expect(large == #"{"detail":"At most 1048576 bytes"}413"#)
                let small = try await curl(option, "--data-binary", "abcde", url)
                #expect(small == "5 bytes, sum 495")
            }
        }
    }

    @Test(arguments: ["--tls-max", "--tlsv1.2"])
    func `TLS 1.2 is the least`(option: String) async throws {
        try await Certificate.with { files in
            try await RunningServer.run({ $0.tls = files }) { server in
                let url = "https://127.0.0.1:\(server.port)/health"
                let options = option == "--tls-max" ? ["--tls-max", "1.1"] : [option, "--tls-max", "1.2"]
                let answer = try await curl(options + ["--ciphers", "DEFAULT@SECLEVEL=0", "-w", "%{http_code}", url])
                #expect(answer == (option == "--tls-max" ? "000" : #"{"status":"ok"}200"#))
            }
        }
    }

    @Test(arguments: [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-CHACHA20-POLY1305", true),
        ("ECDHE-ECDSA-AES128-SHA", false), ("ECDHE-ECDSA-AES256-SHA384", false),
        ("ECDHE-RSA-AES128-SHA", false), ("ECDHE-RSA-AES128-GCM-SHA256", true),
        ("AES128-GCM-SHA256", false), ("AES256-GCM-SHA384", false), ("AES128-SHA", false), ("AES256-SHA", false),
        ("DHE-RSA-AES128-GCM-SHA256", false),
    ])
    func `TLS 1.2 is forward secret and authenticated, or is refused`(suite: String, isTaken: Bool) async throws {
        // What is refused is refused to a server that could: its key is the one that the suite works with.
        try await Certificate.with(isRSA: !suite.contains("ECDSA")) { files in
            try await RunningServer.run({ $0.tls = files }) { server in
                let url = "https://127.0.0.1:\(server.port)/health"
                let options = ["--tlsv1.2", "--tls-max", "1.2", "--ciphers", suite + ":@SECLEVEL=0"]
                let answer = try await curl(options + ["-w", "%{http_code}", url])
                #expect(answer == (isTaken ? #"{"status":"ok"}200"# : "000"))
            }
        }
    }

    @Test(arguments: [false, true])
    func `a server reached by https demands it in each answer`(isDemanded: Bool) async throws {
        try await RunningServer.run({ $0.isReachedByHTTPS = isDemanded }) { server in
            for ask in [
                "GET /health", "GET /nowhere", "PUT /health", "GET /nothing", "GET /broken", "GET /items/1 x",
            ] {
                try await RawClient.connect(to: server) { client in
                    let answer = try await client.ask(ask)
                    #expect(answer["strict-transport-security"] == (isDemanded ? "max-age=63072000" : nil), "\(ask)")
                }
            }
        }
    }

    @Test func `an upgrade with a body within TLS is ignored, and the connection goes on`() async throws {
        try await Certificate.with { files in
            try await RunningServer.run({ $0.tls = files }) { server in
                let url = "https://127.0.0.1:\(server.port)/items"
                let upgrade = ["--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: h2c", "-d", "abcde"]
                let answers = try await curl(upgrade + ["-w", " %{http_code} %{num_connects}\n", url, url])
                #expect(answers == "5 bytes, sum 495 200 1\n5 bytes, sum 495 200 0\n")
            }
        }
    }

    @Test(arguments: [false, true])
    func `a connection of HTTP 2 that takes nothing is closed, whatever waits on it`(isReset: Bool) async throws {
        try await Certificate.with { files in
            try await RunningServer.run({
                $0.tls = files
                $0.limits.requestSeconds = 5
                $0.limits.idleSeconds = 600
                $0.limits.bodiesBytesMax = 10 * Example.largeBytes
            }) { server in
                let (input, output) = (Pipe(), Pipe())
                let client = try RunningProgram(
                    ["openssl", "s_client", "-quiet", "-alpn", "h2", "-connect", "127.0.0.1:\(server.port)"],
                    input: input.fileHandleForReading,
                    output: output.fileHandleForWriting
                )
                defer { withExtendedLifetime((input, output)) { client.signal(SIGKILL) } }
                // It reads no more than what nobody takes from it, while these windows let the server send anything.
                let opening = HTTP2Frames.preface + HTTP2Frames.windows + HTTP2Frames.get("/large", stream: 1)
                try input.fileHandleForWriting.write(contentsOf: opening)
                try await until { try Sockets.established(at: server.port).contains { $0.unsentBytes > 0 } }
                // This answer waits until the connection takes more. The first one has a limit of its own, unless it is
                // given up: what was sent of it is in the way even so.
                let second = (isReset ? HTTP2Frames.reset(stream: 1) : Data()) + HTTP2Frames.get("/large", stream: 3)
                try input.fileHandleForWriting.write(contentsOf: second)
                try await until { try Sockets.established(at: server.port).isEmpty }
            }
        }
    }

    @Test func `a connection that never shakes hands is closed`() async throws {
        try await Certificate.with { files in
            try await RunningServer.run({
                $0.tls = files; $0.limits.requestSeconds = 1
            }) { server in
                try await RawClient.connect(to: server) { client in
                    #expect(await client.isClosed())
                }
            }
        }
    }

    /// Two connections and no more: one that comes then is answered only if another makes way.
    private static func crowd(_ configuration: inout WebServer.Configuration, _ files: WebServer.TLSFiles) {
        configuration.tls = files
        configuration.limits.connectionsMax = 1
        configuration.limits.sparedMax = 1
        // Longer than this suite may take.
        configuration.limits.requestSeconds = 600
        configuration.limits.idleSeconds = 600
    }

    @Test func `past the limit connections make way that have not shaken hands`() async throws {
        try await Certificate.with { files in
            try await RunningServer.run({ Self.crowd(&$0, files) }) { server in
                try await RawClient.connect(to: server) { first in
                    try await RawClient.connect(to: server) { second in
                        // Each is counted on its own event loop, so either may be the first.
                        try await until { first.hasEnded || second.hasEnded }
                        let url = "https://127.0.0.1:\(server.port)/health"
                        let answer = try await curl("-w", "%{http_code}", url)
                        try #require(answer == #"{"status":"ok"}200"#)
                        #expect(await first.isClosed())
                        #expect(await second.isClosed())
                    }
                }
            }
        }
    }

    @Test func `past the limit connections make way that have shaken hands and ask nothing`() async throws {
        try await Certificate.with { files in
            try await RunningServer.run({ Self.crowd(&$0, files) }) { server in
                let client = ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port)"]
                let asked = Data("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
                var clients: [(program: RunningProgram, input: Pipe)] = []
                for _ in 1...2 {
                    let input = Pipe()
                    let program = try RunningProgram(client, input: input.fileHandleForReading)
                    clients.append((program, input))
                    try input.fileHandleForWriting.write(contentsOf: asked)
                    try await program.wait { program.output.hasSuffix(#"{"status":"ok"}"#) }
                    #expect(program.isRunning)
                }
                defer { withExtendedLifetime(clients) {} }
                let url = "https://127.0.0.1:\(server.port)/health"
                let answer = try await curl("-w", "%{http_code}", url)
                #expect(answer == #"{"status":"ok"}200"#)
            }
        }
    }

    @Test func `a shutdown does not wait for handshakes`() async throws {
        try await Certificate.with { files in
            // A handshake has longer than this test: waiting for it would end at the suite's limit.
            try await RunningServer.run({
                $0.tls = files
                $0.limits.requestSeconds = 600
            }) { server in
                try await RawClient.connect(to: server) { client in
                    try await Task.sleep(for: .milliseconds(100))
                    await server.stop()
                    #expect(await client.isClosed())
                }
            }
        }
    }

    @Test func `a certificate that cannot be used is told before anything is served`() async throws {
        try await Certificate.with { files in
            let missing = WebServer.TLSFiles(certificatePath: "/nonexistent/certificate.pem", keyPath: files.keyPath)
            let swapped = WebServer.TLSFiles(certificatePath: files.keyPath, keyPath: files.certificatePath)
            for wrong in [missing, swapped] {
                let error = await #expect(throws: WebServer.UnusableCertificate.self) {
                    try await RunningServer.run({ $0.tls = wrong }) { _ in }
                }
                #expect(error?.description.contains(wrong.certificatePath) == true)
            }
        }
    }

    private func curl(_ arguments: String...) async throws -> String { try await curl(arguments) }

    private func curl(_ arguments: [String]) async throws -> String {
        try await Programs.run(["curl", "-sk", "--max-time", "20"] + arguments).output
    }
}
