import Programs
import Testing
import Wire

/// A ledger that was once found altered takes no writes, until somebody has looked at all of it and found nothing.
struct AlterationTests {
    @Test func `only a complete verification clears what was found, and leaves an entry`() async throws {
        let ledger = try await TestLedger()
        let found = "entry 3: the entry does not have the hash that was stored for it"
        let mark: JSON = ["at": "2026-11-30T10:00:00.000000Z", "what": .string(found)]
        try ledger.folder.write("data/altered", String(decoding: mark.canonical, as: UTF8.self))
        for _ in 1...2 {
            let refused = try await ledger.run("keys", "rotate")
            #expect(refused.status == 3)
            #expect(refused.errors.contains("the ledger was altered, run muniment verify: \(found)"))
            #expect(try await ledger.run("verify", "--quick").status == 0)
        }
        let verified = try await ledger.run("verify")
        #expect(verified.status == 0 && verified.errors.contains(": \(found)"), "\(verified.errors)")
        #expect(!ledger.folder.has("data/altered"))
        let entry = try await ledger.entries().last { $0["data"]?["cleared"] != nil }
        #expect(entry?["type"] == "ledger.verified" && entry?["data"]?["cleared"] == .string(found))
        #expect(try await ledger.run("keys", "rotate").status == 0)
    }

    @Test func `an altered ledger stays as it is, and its mark`() async throws {
        let ledger = try await TestLedger()
        let mark: JSON = ["at": "2026-11-30T10:00:00.000000Z", "what": "a test"]
        try ledger.folder.write("data/altered", String(decoding: mark.canonical, as: UTF8.self))
        var file = try ledger.folder.bytes("data/ledger/data.mdb")
        let text = Array(#""software":"muniment"#.utf8)
        for place in file.indices.dropLast(text.count) where file[place...].starts(with: text) {
            file[place + text.count - 1] = UInt8(ascii: "T")
        }
        try ledger.folder.write("data/ledger/data.mdb", file)
        #expect(try await ledger.run("verify").status == 1)
        #expect(try await ledger.run("rebuild", "--ledger").status == 3)
        #expect(ledger.folder.has("data/altered"))
    }

    @Test func `derived tables that are right are left alone, and an entry says so`() async throws {
        let ledger = try await TestLedger()
        let ended = try await ledger.run("rebuild", "--ledger")
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.output.contains(": no row was wrong"), "\(ended.output)")
        #expect(try await ledger.types().contains("ledger.verified"))
        #expect(try await ledger.verified()["ok"] == true)
    }

    @Test(arguments: [["verify"], ["verify", "--quick"], ["checkpoint"]])
    func `an anchor that is named and not there is no anchor to go on without`(words: [String]) async throws {
        let ledger = try await TestLedger()
        let named = words + ["--data", ledger.data, "--anchor", ledger.folder.path("nonesuch")]
        let ended = try await Command.start(named).end()
        #expect(ended.status == 3)
        #expect(ended.errors.contains("the anchor is not there"), "\(ended.errors)")
    }
}
