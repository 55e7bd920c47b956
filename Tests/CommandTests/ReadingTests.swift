import Foundation
import Programs
import Testing
import Wire

/// Whoever reads a ledger from outside gets exactly what is stored, and hears of every change to it.
struct ReadingTests {
    @Test func `both ends of a range belong to it`() async throws {
        let ledger = try await TestLedger()
        let all = try await ledger.run("entries").lines
        #expect(try await ledger.run("entries", "--from", "2", "--to", "4").lines == Array(all[2...4]))
        #expect(try await ledger.run("entries", "--from", "2", "--to", "2").lines == [all[2]])
        #expect(try await ledger.run("entries", "--to", "1000").lines == all)
        #expect(try await ledger.run("entries", "--from", "1000").lines == [])
        #expect(try await ledger.run("entries", "--from", "3", "--to", "2").lines == [])
    }

    @Test func `openings follow their entries, and only where they are asked for`() async throws {
        let ledger = try await TestLedger("--admin-email", "root@example.com")
        let plain = try await ledger.run("entries")
        #expect(!plain.output.contains("root@example.com"))
        #expect(try await ledger.entries().allSatisfy { $0["ordinal"] == nil })
        let lines = try await ledger.entries("--openings")
        let place = try #require(lines.firstIndex { $0["ordinal"] != nil })
        #expect(lines[place]["index"] == lines[place - 1]["index"])
        let opened = try Base64URL.decode(try #require(lines[place]["plaintext"]?.text))
        #expect(String(decoding: opened.dropFirst(32), as: UTF8.self).contains("root@example.com"))
    }

    @Test func `a follower goes on until the entry it was told`() async throws {
        let ledger = try await TestLedger()
        let count = try await ledger.entries().count
        let follower = try Command.start(["entries", "--data", ledger.data, "--follow", "--to", "\(count)"])
        try await follower.wait { follower.output.split(separator: "\n").count == count }
        #expect(try await ledger.run("keys", "rotate").status == 0)
        let ended = try await follower.end()
        #expect(ended.status == 0)
        #expect(ended.lines.count == count + 1)
    }

    @Test func `an altered byte is found, and named`() async throws {
        let ledger = try await TestLedger()
        var file = try ledger.folder.bytes("data/ledger/data.mdb")
        // The same byte of the entry, wherever the file has a copy of its page.
        let text = Array(#""software":"muniment"#.utf8)
        for place in file.indices.dropLast(text.count) where file[place...].starts(with: text) {
            file[place + text.count - 1] = UInt8(ascii: "T")
        }
        try ledger.folder.write("data/ledger/data.mdb", file)
        let ended = try await ledger.run("verify", "--format", "json")
        #expect(ended.status == 1)
        #expect(ended.errors.hasPrefix("muniment: the ledger is not as it was written"))
        let report = try JSON.parse(Array(ended.output.utf8.dropLast()))
        #expect(report["ok"] == false)
        #expect(report["problems"]?.items?.first?["index"] == 0)
    }

    @Test func `a copy verifies without keys, anchor or lock, and nothing is written to it`() async throws {
        let ledger = try await TestLedger()
        #expect(try await ledger.run("keys", "rotate").status == 0)
        try ledger.folder.copy("data", to: "copy")
        for name in ["keys", "anchor", "views", "ledger/lock.mdb"] { try ledger.folder.remove("copy/\(name)") }
        let words = ["verify", "--data", ledger.folder.path("copy"), "--format", "json"]
        let unsigned = try await Command.start(words).end()
        #expect(unsigned.status == 1 && unsigned.errors.contains("unsigned: there is no anchor here"))
        let copied = try await Command.start(words + ["--unsigned"]).end()
        #expect(copied.status == 0)
        let report = try JSON.parse(Array(copied.output.utf8.dropLast()))
        #expect(report["ok"] == true && report["signed"] == false)
        #expect(report["checkpoint"] == .null)
        #expect(copied.errors.contains("sealed"))
        #expect(!ledger.folder.has("copy/ledger/lock.mdb") && !ledger.folder.has("copy/keys"))
    }

    @Test func `a proof convinces who trusts the key alone`() async throws {
        let ledger = try await TestLedger()
        let entries = try await ledger.run("entries").lines
        for index in [0, 3, entries.count - 1] {
            let proof = try await ledger.run("proof", "\(index)")
            #expect(proof.status == 0)
            #expect(proof.output.hasPrefix("c2sp.org/tlog-proof@v1\nindex \(index)\n"))
            try ledger.folder.write("proof", proof.output)
            try ledger.folder.write("entry", entries[index] + "\n")
            let verified = try await Programs.verify([
                "--proof", ledger.folder.path("proof"), "--entry", ledger.folder.path("entry"),
                "--key", ledger.verifierKey,
            ])
            #expect(verified.status == 0, "\(verified.errors)\(verified.output)")
        }
        let beyond = try await ledger.run("proof", "\(entries.count)")
        #expect(beyond.status == 1)
        #expect(beyond.output.isEmpty)
        #expect(beyond.errors.contains("no checkpoint covers entry \(entries.count) yet"))
    }

    @Test(arguments: [["--quick"], []])
    func `a ledger and its anchor that are both put back are behind what the views have folded`(options: [String])
        async throws
    {
        let ledger = try await TestLedger()
        #expect(try await ledger.run("keys", "rotate").status == 0)
        for name in ["ledger", "anchor"] { try ledger.folder.copy("data/\(name)", to: "earlier-\(name)") }
        #expect(try await ledger.run("keys", "rotate").status == 0)
        for name in ["ledger", "anchor"] {
            try ledger.folder.remove("data/\(name)")
            try ledger.folder.move("earlier-\(name)", to: "data/\(name)")
        }
        let ended = try await Command.start(["verify", "--data", ledger.data] + options).end()
        #expect(ended.status == 1)
        #expect(ended.output.contains("the views have folded"), "\(ended.output)")
    }

    @Test func `a quick look finds a rolled back ledger too`() async throws {
        let ledger = try await TestLedger()
        try ledger.folder.copy("data/ledger", to: "earlier")
        #expect(try await ledger.run("keys", "rotate").status == 0)
        try ledger.folder.remove("data/ledger")
        try ledger.folder.move("earlier", to: "data/ledger")
        #expect(try await ledger.verified("--quick")["ok"] == false)
        #expect(try await ledger.verified()["ok"] == false)
    }
}
