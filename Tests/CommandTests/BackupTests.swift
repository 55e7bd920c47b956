import Foundation
import Patience
import Programs
import Testing
import Wire

/// `backup`: the ledger in one file, or what is new of it, beside a running server too.
struct BackupTests {
    @Test func `a whole backup and an increment are restored to the byte, and both verifiers accept it`() async throws {
        let backedUp = try await BackedUpLedger()
        #expect(backedUp.wholeSize < backedUp.size)
        #expect(try backedUp.folder.mode("whole.backup") == 0o600)
        let ended = try await backedUp.restore([backedUp.whole, backedUp.increment])
        let root = try await backedUp.ledger.verified()["root"]?.text ?? ""
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.output == "restored \(backedUp.size) entries, root \(root)\n")
        #expect(ended.errors.contains(backedUp.ledger.verifierKey), "\(ended.errors)")
        let original = try await backedUp.lines(backedUp.ledger.data, backedUp.size)
        #expect(try await backedUp.lines(backedUp.restored, .max) == original)
        try await backedUp.expectVerified(signed: backedUp.size)
        // With the keys every sealed part opens as what its entry committed to.
        try await backedUp.restoreKeys()
        let verified = try await backedUp.run("verify")
        #expect(verified.output.contains(" 0 sealed, 0 erased"), "\(verified.output)")
    }

    @Test func `a backup is made beside a running server at work, in time and to a pipe`() async throws {
        let ledger = try await TestLedger()
        let server = try await ledger.serve()
        let folder = ledger.folder
        let token = { @Sendable () async throws -> Int32 in
            try await Command.run(
                "token",
                "--base-url",
                server.url,
                "--client-id",
                ledger.clientID,
                with: ["MUNIMENT_CLIENT_SECRET": ledger.clientSecret]
            ).status
        }
        var (first, files) = (0, [String]())
        for number in 1...3 {
            // What the last one was told of is signed for within a second.
            #expect(try await token() == 0)
            let written = try folder.handle("\(number).backup")
            let words = ["backup", "--data", ledger.data, "--to", "-", "--since", "\(first)"]
            async let more = token()
            let ended = try await RunningProgram([Command.executable] + words, output: written).end()
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try await more == 0)
            first = try #require(ended.errors.firstMatch(of: /and without, (\d+);/).flatMap { Int($0.1) })
            files.append(folder.path("\(number).backup"))
        }
        let restored = try await Command.start(["restore", "--into", folder.path("restored"), "--from"] + files).end()
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.output.hasPrefix("restored \(first) entries"))
        let report = try await Command.run("verify", "--data", folder.path("restored"))
        #expect(report.status == 0 && report.output.contains("signed: the first \(first) entries"), "\(report.output)")
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
    }

    @Test func `a name is never taken from another file, unless that is said`() async throws {
        let backedUp = try await BackedUpLedger()
        let before = try backedUp.folder.bytes("whole.backup")
        let refused = try await backedUp.ledger.run("backup", "--to", backedUp.whole)
        #expect(refused.status == 2 && refused.errors.contains("--overwrite"), "\(refused.errors)")
        #expect(try backedUp.folder.bytes("whole.backup") == before)
        #expect(try await backedUp.ledger.run("backup", "--to", backedUp.whole, "--overwrite").status == 0)
        #expect(try backedUp.folder.bytes("whole.backup").count > before.count)
        let names = try FileManager.default.contentsOfDirectory(atPath: backedUp.folder.path)
        #expect(!names.contains { $0.hasPrefix(".") }, "nothing unfinished is left: \(names)")
    }

    @Test func `what is not signed, not there or not whole is not backed up`() async throws {
        let ledger = try await TestLedger()
        let to = ledger.folder.path("new.backup")
        let size = try await ledger.entries().count
        let beyond = try await ledger.run("backup", "--to", to, "--since", "\(size + 1)")
        #expect(beyond.status == 1 && beyond.errors.contains("there are \(size) entries"), "\(beyond.errors)")
        #expect(
            try await ledger.run("backup", "--to", to, "--since", "\(size)").status == 0,
            "nothing new is a backup too"
        )
        try ledger.folder.remove("new.backup")
        // One letter of an entry that no opening reads; of a page that is used no more too.
        var bytes = try ledger.folder.bytes("data/ledger/data.mdb")
        let text = Array(#""type":"configuration.changed""#.utf8)
        let places = bytes.indices.filter { bytes[$0] == text[0] && bytes[$0...].starts(with: text) }
        try #require(!places.isEmpty)
        for place in places { bytes[place + 9] ^= 1 }
        try ledger.folder.write("data/ledger/data.mdb", bytes)
        let damaged = try await ledger.run("backup", "--to", to)
        #expect(damaged.status == 3 && damaged.errors.contains("damaged"), "\(damaged.errors)")
        #expect(!ledger.folder.has("new.backup"))
        try ledger.folder.move("data/anchor", to: "anchor")
        let unsigned = try await ledger.run("backup", "--to", to)
        #expect(unsigned.status == 3 && unsigned.errors.contains("--anchor"), "\(unsigned.errors)")
    }

    @Test func `no key is ever in a backup, and what is personal only sealed`() async throws {
        let ledger = try await TestLedger("--admin-email", "zoe.example@example.com")
        let to = ledger.folder.path("whole.backup")
        #expect(try await ledger.run("backup", "--to", to).status == 0)
        let expanded = try await Programs.run(["zstd", "-dc", to])
        try #require(expanded.status == 0, "any program for .zst files reads it: \(expanded.errors)")
        let text = expanded.output
        #expect(text.contains(#""type":"ledger.created""#) && text.contains(#""segment":""#))
        #expect(!text.contains("zoe.example") && !text.contains(ledger.keyEncryptionKey))
        let keys = try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path("data/keys"))
        for name in keys where name.hasPrefix("bundle-") || name.hasPrefix("epoch-") {
            let bytes = try ledger.folder.bytes("data/keys/\(name)").suffix(32)
            #expect(!text.contains(Base64URL.encode(Array(bytes))), "\(name)")
        }
        let members = Set(text.split(separator: "\n").map { $0.prefix { $0 != ":" } })
        #expect(members == [#"{"checkpoint""#, #"{"edge""#, #"{"actor""#, #"{"index""#], "\(members)")
    }

    @Test func `whoever goes away while a pipe is written has no backup, and neither is it told as one`() async throws {
        let ledger = try await TestLedger()
        let words = ["backup", "--data", ledger.data, "--to", "-"].joined(separator: " ")
        // Who was to read has gone before anything is written.
        let script = "exec 3> >(exit 0); wait $!; \(Command.executable) \(words) >&3"
        let ended = try await Programs.run(["bash", "-c", script])
        #expect(ended.status != 0, "\(ended.errors)")
        #expect(!ledger.folder.has("data/backups/last"))
    }

    @Test func `the server makes an entry of a backup, once, and of none that is not of its ledger`() async throws {
        let ledger = try await TestLedger()
        let told = { () async throws -> [JSON] in
            try await ledger.entries().filter { $0["type"]?.text == "ledger.backed_up" }
        }
        let size = try await ledger.entries().count
        // Nobody serves: the next start tells.
        #expect(try await ledger.run("backup", "--to", ledger.folder.path("1")).status == 0)
        #expect(try await told().isEmpty)
        let server = try await ledger.serve()
        var found: [JSON] = []
        try await until {
            found = try await told()
            return !found.isEmpty || !server.isRunning
        }
        let data = try #require(found.first?["data"])
        #expect(data["from"] == 0 && data["size"]?.number == Int64(size))
        #expect(data["root"]?.text?.utf8.count == 43 && data["at"]?.text?.hasSuffix("Z") == true)
        // Beside the server.
        let second = try await ledger.run("backup", "--to", ledger.folder.path("2"), "--since", "\(size)")
        #expect(second.status == 0, "\(second.errors)")
        try await until {
            found = try await told()
            return found.count > 1 || !server.isRunning
        }
        #expect(found.last?["data"]?["from"]?.number == Int64(size))
        #expect(found.last?["data"]?["size"]?.number == Int64(second.output.dropLast()))
        // Word of other entries is none.
        let mark = ledger.folder.text("data/backups/last")
        try ledger.folder.write(
            "data/backups/last",
            mark.replacing(/"root":"...../, with: #""root":"AAAAA"#)
                .replacing(/"at":"20../, with: #""at":"2019"#)
        )
        try await until { server.errors.contains("backup of other entries") || !server.isRunning }
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
        let next = try await ledger.serve()
        next.signal(SIGTERM)
        #expect(try await next.end().status == 0)
        #expect(try await told().count == 2)
    }

    @Test func `health warns while the newest backup is too old, or there is none`() async throws {
        let ledger = try await TestLedger()
        let server = try await ledger.serve("--backup-age-hours-max", "1")
        let health = { try await Programs.run(["curl", "-s", "\(server.url)/health"]).output }
        #expect(try await health().contains("No backup of this ledger is known of"))
        #expect(try await ledger.run("backup", "--to", ledger.folder.path("1")).status == 0)
        try await until { try await !health().contains("warnings") || !server.isRunning }
        #expect(try await health() == #"{"status":"ok"}"#)
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
        for wrong in ["0", "-1", "soon"] {
            let ended = try await ledger.run("serve", "--listen", "127.0.0.1:0", "--backup-age-hours-max=\(wrong)")
            #expect(ended.status == 2 && ended.errors.contains("is no number of hours"), "\(ended.errors)")
        }
    }
}
