import Foundation
import Patience
import Programs
import Testing
import Wire

/// A server starts at once, stops in order, and keeps everybody else from writing meanwhile.
struct ServeTests {
    @Test func `it ends within five seconds when told to, and starts again at once`() async throws {
        let ledger = try await TestLedger()
        for signal in [SIGTERM, SIGINT] {
            let server = try await ledger.serve()
            #expect(server.url.hasPrefix("http://127.0.0.1:"), "\(server.errors)")
            server.signal(signal)
            let ended = try await server.end(within: 5)
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.output.isEmpty)
        }
        // When the verification beside serving is through, and whether it is before the end, is left to the machine.
        let types = try await ledger.types().filter { $0 != "ledger.verified" }
        #expect(types.suffix(4) == ["ledger.opened", "ledger.closed", "ledger.opened", "ledger.closed"])
        #expect(try await ledger.verified()["ok"] == true)
    }

    @Test func `a start that cannot serve leaves no entry`() async throws {
        let (other, ledger) = (try await TestLedger(), try await TestLedger())
        let server = try await other.serve()
        let types = try await ledger.types()
        let taken = server.url.replacing("http://", with: "")
        let inUse = try await ledger.run("serve", "--listen", taken)
        #expect(inUse.status == 1 && inUse.errors.contains("the server cannot listen on \(taken)"), "\(inUse.errors)")
        try ledger.folder.write("pem", "no certificate")
        let file = ledger.folder.path("pem")
        let unusable = try await ledger.run(
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-certificate",
            file,
            "--tls-key",
            file
        )
        #expect(unusable.status == 2, "\(unusable.errors)")
        #expect(try await ledger.types() == types)
        server.signal(SIGTERM)
        _ = try await server.end()
    }

    @Test func `a killed server has lost nothing, and the next start says how it ended`() async throws {
        let ledger = try await TestLedger()
        let server = try await ledger.serve()
        server.signal(SIGKILL)
        _ = try await server.end()
        #expect(try await ledger.verified()["ok"] == true)
        let next = try await ledger.serve()
        next.signal(SIGTERM)
        #expect(try await next.end().status == 0)
        let opened = try await ledger.entries().filter { $0["type"]?.text == "ledger.opened" }
        #expect(opened.last?["data"]?["stop"] == "process")
    }

    @Test(.timeLimit(.minutes(5)))
    func `that the ledger was verified is an entry, and so is what the views came to`() async throws {
        let ledger = try await TestLedger()
        let server = try await ledger.serve()
        var entries: [JSON] = []
        try await until {
            // Each look starts a program, which must not take the time of the server.
            try await Task.sleep(for: .milliseconds(100))
            entries = try await ledger.entries()
            return entries.contains { $0["type"]?.text == "ledger.verified" } || !server.isRunning
        }
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
        let attested = entries.filter { $0["type"]?.text == "views.attested" }
        #expect(attested.count == 1)
        #expect(attested.first?["data"]?["at"] == attested.first?["index"])
        let compared = try await ledger.run("replay", "--into", ledger.folder.path("into"), "--compare")
        #expect(compared.status == 0, "\(compared.errors)")
        #expect(compared.lines.last == "1 attestations of views hold")
    }

    @Test func `who wants to write meanwhile is told which process serves`() async throws {
        let ledger = try await TestLedger()
        let server = try await ledger.serve()
        for words in [
            ["serve"], ["keys", "rotate"], ["keys", "rotate", "checkpoint"], ["keys", "rotate", "wrapping"],
            ["rebuild"],
            ["recover"], ["clock", "accept"],
        ] {
            let ended = try await Command.start(words + ["--data", ledger.data]).end()
            #expect(ended.status == 3, "\(words)")
            #expect(
                ended.errors == "muniment: the data directory is in use by process \(server.id); stop that first\n",
                "\(words)"
            )
        }
        // Reading goes on.
        #expect(try await ledger.verified()["ok"] == true)
        #expect(try await ledger.run("keys", "backup", ledger.folder.path("backup")).status == 0)
        let replay = try await ledger.run("replay", "--into", ledger.folder.path("into"), "--compare")
        #expect(replay.status == 0, "\(replay.errors)")
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
    }

    @Test func `a service gets its token, and rotates the signing key`() async throws {
        let ledger = try await TestLedger()
        let server = try await ledger.serve()
        let client = ["--base-url", server.url, "--client-id", ledger.clientID]
        let secret = ["MUNIMENT_CLIENT_SECRET": ledger.clientSecret]
        // The server knows itself by the ledger's base URL, whatever the port.
        let token = try await Command.start(["token"] + client, with: secret).end()
        #expect(token.status == 0, "\(token.errors)")
        #expect(token.output.split(separator: ".").count == 3)
        try ledger.folder.write("secret", ledger.clientSecret + "\n")
        let filed = try await Command.start(["token", "--secret-file", ledger.folder.path("secret")] + client).end()
        #expect(filed.status == 0)
        let rotated = try await Command.start(["keys", "rotate"] + client, with: secret).end()
        #expect(rotated.status == 0, "\(rotated.errors)")
        #expect(rotated.output.hasPrefix("snk_"))
        let wrong = try await Command.start(["token"] + client, with: ["MUNIMENT_CLIENT_SECRET": "wrong"]).end()
        #expect(wrong.status == 1)
        #expect(wrong.output.isEmpty)
        let missing = try await Command.start(["token"] + client).end()
        #expect(missing.status == 2)
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
        let types = try await ledger.types()
        #expect(types.contains("token.issued") && types.contains("signing_key.updated"))
    }

    @Test func `a server that wants reasons takes no change without one`() async throws {
        let ledger = try await TestLedger()
        let server = try await ledger.serve("--require-reason")
        let rotate = ["keys", "rotate", "--base-url", server.url, "--client-id", ledger.clientID]
        let secret = ["MUNIMENT_CLIENT_SECRET": ledger.clientSecret]
        let refused = try await Command.start(rotate, with: secret).end()
        #expect(refused.status == 1)
        #expect(refused.errors.contains("422: Muniment-Reason: Field required"), "\(refused.errors)")
        let done = try await Command.start(rotate + ["--reason", "Schlüssel entwendet, 100 %"], with: secret).end()
        #expect(done.status == 0, "\(done.errors)")
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
        let changed = try #require(try await ledger.entries("--openings").last { $0["plaintext"] != nil })
        let plaintext = try Base64URL.decode(changed["plaintext"]?.text ?? "")
        #expect(try JSON.parse(Array(plaintext.dropFirst(32))) == ["reason": "Schlüssel entwendet, 100 %"])
    }

    @Test func `another algorithm rotates the key at the start, and only then`() async throws {
        let ledger = try await TestLedger()
        var made: [[String?]] = []
        for _ in 1...2 {
            let server = try await ledger.serve("--token-algorithm", "EdDSA")
            server.signal(SIGTERM)
            #expect(try await server.end().status == 0)
            let keys = try await ledger.entries().filter { $0["type"]?.text == "signing_key.created" }
            made.append(keys.map { $0["data"]?["algorithm"]?.text })
        }
        #expect(made[0].prefix(2) == ["ES256", "ES256"])
        #expect(made[0].dropFirst(2).allSatisfy { $0 == "EdDSA" } && made[0].count > 2)
        #expect(made[1] == made[0])
    }

    @Test func `development needs no other command, twice`() async throws {
        let folder = try Folder()
        var printed: [String] = []
        for _ in 1...2 {
            let server = try Command.start(["serve", "--dev", "--listen", "127.0.0.1:0"], in: folder.path)
            try await server.wait(forErrorLine: "listening on ")
            printed.append(server.output)
            server.signal(SIGTERM)
            #expect(try await server.end().status == 0)
        }
        #expect(printed[0] == printed[1])
        let names = printed[0].split(separator: "\n").map { $0.prefix { $0 != "=" } }
        #expect(
            names == ["export MUNIMENT_BASE_URL", "export MUNIMENT_CLIENT_ID", "export MUNIMENT_CLIENT_SECRET"]
        )
        #expect(try folder.mode("muniment-data/init.json") == 0o600)
        let kept = try JSON.parse(Array(try folder.bytes("muniment-data/init.json").dropLast()))
        let secret = try #require(kept["service"]?["client_secret"]?.text)
        #expect(printed[0].contains("export MUNIMENT_CLIENT_SECRET=\(secret)\n"))
    }
}
