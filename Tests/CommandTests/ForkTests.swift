import Foundation
import Programs
import Testing
import Wire

/// T11: a ledger that was set back is refused with the command that gives up what is lost, and the command does.
struct ForkTests {
    /// A ledger with an older copy of its entries in its place, and what was signed while it was as long as that.
    struct SetBack {
        let ledger: TestLedger
        let size: Int
        /// The words of the command that the refused start prints.
        let words: [String]

        init(_ options: String...) async throws {
            ledger = try await TestLedger()
            #expect(try await ledger.run("keys", "rotate").status == 0)
            size = try await ledger.entries().count
            try ledger.folder.write("old-checkpoint", try await ledger.run("checkpoint").output)
            try ledger.folder.write("old-proof", try await ledger.run("proof", "3").output)
            try ledger.folder.copy("data/ledger", to: "earlier")
            for _ in 1...2 { #expect(try await ledger.run("keys", "rotate").status == 0) }
            try ledger.folder.remove("data/ledger")
            try ledger.folder.copy("earlier", to: "data/ledger")
            words = try await Self.advice(ledger.data, options)
        }

        /// What the refused start says is to be typed, word by word.
        static func advice(
            _ data: String,
            _ options: [String],
            with environment: [String: String] = [:],
        ) async throws -> [String] {
            let words = ["serve", "--data", data, "--listen", "127.0.0.1:0"] + options
            let refused = try await Command.start(words, with: environment).end()
            #expect(refused.status == 3)
            #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
            let command = try #require(refused.errors.split(separator: "with: muniment ").last)
            return command.split(whereSeparator: \.isWhitespace).map(String.init)
        }
    }

    @Test func `T11 the printed command gives up what is lost; old proofs stand, and the other verifier agrees`()
        async throws
    {
        let setBack = try await SetBack()
        let ledger = setBack.ledger
        let lost = ledger.folder.text("data/anchor/checkpoint").split(separator: "\n").prefix(3).map(String.init)
        #expect(setBack.words == ["fork", "--data", ledger.data, "--acknowledge", "\(lost[1]):\(lost[2])"])
        let forked = try await Command.start(setBack.words + ["--reason", "the disk died"]).end()
        #expect(forked.status == 0, "\(forked.errors)")
        let origin = "\(lost[0])/\(setBack.size)"
        #expect(forked.lines.count == 1 && forked.output.hasPrefix("\(origin)+"), "\(forked.output)")
        let entry = try #require(try await ledger.entries().last)
        #expect(entry["type"]?.text == "ledger.forked" && entry["index"]?.number == Int64(setBack.size))
        #expect(entry["data"]?["from"]?["origin"]?.text == lost[0])
        #expect(entry["data"]?["from"]?["size"]?.number == Int64(lost[1]))
        #expect(entry["sealed"]?.items?.count == 1)
        // It is served, written to, signed and rotated under the new name.
        let server = try await ledger.serve()
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
        #expect(try await ledger.run("keys", "rotate", "checkpoint").output.split(separator: "\n").count == 2)
        let report = try await ledger.verified()
        #expect(report["ok"] == true && report["checkpoint"]?["origin"]?.text == origin)
        #expect(try await ledger.verified("--quick")["ok"] == true)
        let compared = try await ledger.run("replay", "--into", ledger.folder.path("into"), "--compare")
        #expect(compared.status == 0, "\(compared.errors)")
        // The other verifier: the old key and the new, the old checkpoint, the old proof.
        let entries = try await ledger.run("entries").output
        try ledger.folder.write("entries", entries)
        try ledger.folder.write("checkpoint", try await ledger.run("checkpoint").output)
        for key in [ledger.verifierKey, forked.lines[0]] {
            let verified = try await Programs.verify([
                "--entries", ledger.folder.path("entries"), "--checkpoint", ledger.folder.path("old-checkpoint"),
                "--checkpoint", ledger.folder.path("checkpoint"), "--proof", ledger.folder.path("old-proof"),
                "--key", key,
            ])
            #expect(verified.status == 0, "\(verified.errors)\(verified.output)")
        }
        try ledger.folder.write("entry", String(entries.split(separator: "\n")[3]) + "\n")
        let alone = try await Programs.verify([
            "--proof", ledger.folder.path("old-proof"), "--entry", ledger.folder.path("entry"), "--key",
            ledger.verifierKey,
        ])
        #expect(alone.status == 0, "\(alone.errors)\(alone.output)")
    }

    @Test func `nobody forks by habit`() async throws {
        let whole = try await TestLedger()
        let nothing = try await whole.run(
            "fork",
            "--acknowledge",
            "5:\(Base64.encode([UInt8](repeating: 1, count: 32)))"
        )
        #expect(nothing.status == 1)
        #expect(nothing.errors.contains("nothing to fork"), "\(nothing.errors)")
        let setBack = try await SetBack()
        let before = try setBack.ledger.folder.bytes("data/ledger/data.mdb")
        let cases: [([String], Int32)] = [
            ([], 2), (["--acknowledge", "yes"], 2), (["--acknowledge", String(setBack.words[4].dropFirst())], 1),
            (["--acknowledge", "5:\(Base64.encode([UInt8](repeating: 1, count: 32)))"], 1),
        ]
        for (words, status) in cases {
            let ended = try await Command.start(["fork", "--data", setBack.ledger.data] + words).end()
            #expect(ended.status == status, "\(words): \(ended.errors)")
            #expect(ended.output.isEmpty)
            #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            if words != ["--acknowledge", "yes"] {
                #expect(ended.errors.contains(setBack.words[4]), "\(ended.errors)")
            }
        }
        #expect(try setBack.ledger.folder.bytes("data/ledger/data.mdb") == before)
        let server = try await whole.serve()
        #expect(try await whole.run("fork", "--acknowledge", setBack.words[4]).status == 3)
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
    }

    @Test func `a lost anchor is given up with the options of the start that missed it`() async throws {
        let ledger = try await TestLedger()
        try ledger.folder.move("data/keys/kek", to: "kek")
        let elsewhere = ledger.folder.path("another disk")
        try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: false)
        let serve = ["serve", "--data", ledger.data, "--listen", "127.0.0.1:0"]
        let options = ["--anchor", elsewhere, "--key-file", ledger.folder.path("kek")]
        let refused = try await Command.start(serve + options).end()
        #expect(refused.status == 3)
        let advice = try #require(refused.errors.split(separator: "with: ").last)
        #expect(
            advice.contains("--anchor '\(elsewhere)' --key-file \(ledger.folder.path("kek")) --acknowledge "),
            "\(advice)"
        )
        // Through a shell, as an operator types it.
        let script = advice.replacing("muniment fork", with: "'\(Command.executable)' fork")
        let forked = try await Command.start(["-c", String(script)], program: "/bin/sh").end()
        #expect(forked.status == 0, "\(forked.errors)")
        // The anchor's new place is remembered, and the next run signs there.
        let signed = ledger.folder.text("another disk/checkpoint")
        let rotated = try await ledger.run("keys", "rotate", "--key-file", ledger.folder.path("kek"))
        #expect(rotated.status == 0, "\(rotated.errors)")
        #expect(signed.contains("/ledger/") && ledger.folder.text("another disk/checkpoint") != signed)
        #expect(try await ledger.verified()["ok"] == true)
    }

    /// Every named moment that a fork passes.
    static let points = [
        "before-keys:1", "after-keys:1", "before-commit:1", "after-commit:1", "mid-catch-up:1", "rebuilt:1",
        "mid-swap:1",
        "after-swap:1", "before-sign:1", "before-anchor:1", "after-anchor:1", "file-written:1", "file-written:2",
        "file-written:3", "file-written:4", "file-written:5", "file-written:6", "file-renamed:1", "file-renamed:2",
        "file-renamed:3", "file-renamed:4", "file-renamed:5", "file-renamed:6",
    ]

    @Test func `a fork that is killed at any named moment is repeated, or stands`() async throws {
        let setBack = try await SetBack()
        let (folder, lost) = (setBack.ledger.folder, setBack.words[4])
        var stood = 0
        for point in Self.points {
            if folder.has("copy") { try folder.remove("copy") }
            try folder.copy("data", to: "copy")
            let fork = ["fork", "--data", folder.path("copy"), "--acknowledge", lost, "--reason", "a test"]
            let killed = try await Command.start(fork, with: ["MUNIMENT_CRASH_AT": point]).end()
            #expect(killed.status == 128 + SIGKILL, "\(point): \(killed.status) \(killed.errors)")
            let again = try await Command.start(fork).end()
            #expect(again.status == 0 || again.errors.contains("nothing to fork"), "\(point): \(again.errors)")
            stood += again.status == 0 ? 0 : 1
            let rotated = try await Command.run("keys", "rotate", "--data", folder.path("copy"))
            #expect(rotated.status == 0, "\(point): \(rotated.errors)")
            let verified = try await Command.run("verify", "--data", folder.path("copy"))
            #expect(verified.status == 0, "\(point): \(verified.output)")
            #expect(
                verified.output.contains("as \(String(setBack.ledger.verifierKey.prefix { $0 != "+" }))/"),
                "\(point)"
            )
        }
        // Once its checkpoint has its name, a fork stands.
        #expect(stood >= 2)
    }
}
