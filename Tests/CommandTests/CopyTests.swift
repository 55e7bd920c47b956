import Engine
import EventLog
import Foundation
import Programs
import Testing
import Wire

/// A copy of a data directory knows that it is one: it writes nothing, and the original is never harmed.
struct CopyTests {
    @Test(arguments: CopiedLedger.Place.allCases)
    func `whatever would write refuses a copy and names two ways on, and what only reads goes on`(
        _ place: CopiedLedger.Place
    ) async throws {
        let copied = try await CopiedLedger(place)
        // What another process is writing there now is not a copy's to sweep.
        try Data("half".utf8).write(to: URL(fileURLWithPath: "\(copied.anchor)/.checkpoint.1.tmp"))
        let (ledger, before) = (copied.original, try copied.state())
        let written = try copied.folder.bytes("copy/ledger/data.mdb")
        let lost = ledger.folder.text(place == .within ? "data/anchor/checkpoint" : "none")
        let checkpoint = lost.isEmpty ? copied.disk.text("anchor/checkpoint") : lost
        let lines = checkpoint.split(separator: "\n")
        for words in [
            ["serve", "--listen", "127.0.0.1:0"], ["keys", "rotate"], ["keys", "rotate", "checkpoint"],
            ["keys", "rotate", "wrapping"], ["recover"], ["clock", "accept"], ["rebuild"], ["rebuild", "--ledger"],
            ["fork"],
        ] {
            let ended = try await Command.start(words + ["--data", copied.copy]).end()
            #expect(ended.status == (words == ["fork"] ? 2 : 3), "\(words): \(ended.errors)")
            #expect(ended.output.isEmpty && ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            #expect(ended.errors.contains("is a copy"), "\(ended.errors)")
            #expect(ended.errors.contains("(muniment moved --data \(copied.copy))"), "\(ended.errors)")
            let fork = "with: muniment fork --data \(copied.copy) --acknowledge \(lines[1]):\(lines[2])"
            #expect(ended.errors.contains(fork), "\(ended.errors)")
        }
        #expect(throws: LedgerFault.self) {
            try Instance.repairLedger(DataDirectory.found(at: copied.copy, anchor: nil))
        }
        for words in [
            ["verify"], ["entries"], ["checkpoint"], ["proof", "0"], ["replay", "--into", copied.folder.path("into")],
            ["keys", "backup", copied.folder.path("backup")],
        ] {
            let ended = try await Command.start(words + ["--data", copied.copy]).end()
            #expect(ended.status == 0, "\(words): \(ended.errors)")
        }
        #expect(try copied.folder.bytes("copy/ledger/data.mdb") == written)
        #expect(try copied.state() == before)
        // The original goes on as if there were no copy, and has lost nothing.
        let entries = try await ledger.entries()
        let server = try await ledger.serve()
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
        #expect(try await ledger.entries().prefix(entries.count) == entries[...])
        #expect(try await ledger.verified()["ok"] == true)
    }

    @Test func `beside an original that went on, a copy is behind, cannot take its place, and changes nothing`()
        async throws
    {
        let copied = try await CopiedLedger(.elsewhere)
        let server = try await copied.original.serve()
        for words in [["serve", "--listen", "127.0.0.1:0"], ["moved"]] {
            let ended = try await Command.start(words + ["--data", copied.copy]).end()
            #expect(ended.status == 3)
            #expect(ended.errors.contains("behind what was acknowledged"), "\(ended.errors)")
        }
        let refused = try await copied.run("keys", "rotate")
        #expect(refused.errors.contains("this directory is a copy"), "\(refused.errors)")
        server.signal(SIGTERM)
        #expect(try await server.end().status == 0)
        #expect(try await copied.original.run("keys", "rotate").status == 0)
        #expect(try await copied.original.verified()["ok"] == true)
    }

    @Test(arguments: CopiedLedger.Place.allCases)
    func `a directory that is only renamed needs nothing`(_ place: CopiedLedger.Place) async throws {
        let copied = try await CopiedLedger(place)
        try copied.folder.move("data", to: "renamed")
        let ended = try await Command.run("keys", "rotate", "--data", copied.folder.path("renamed"))
        #expect(ended.status == 0, "\(ended.errors)")
    }

    @Test func `a directory from before there were names is served, gets one, and is told from its copies then`()
        async throws
    {
        let copied = try await CopiedLedger(.elsewhere)
        try copied.folder.remove("data/identity")
        try copied.disk.remove("anchor/owner")
        try copied.copyAgain()
        #expect(try await copied.original.run("keys", "rotate").status == 0)
        #expect(copied.folder.has("data/identity") && copied.disk.has("anchor/owner"))
        let refused = try await copied.run("keys", "rotate")
        #expect(refused.status == 3 && refused.errors.contains("stands for another directory"), "\(refused.errors)")
        try copied.copyAgain()
        let again = try await copied.run("keys", "rotate")
        #expect(again.status == 3 && again.errors.contains("is another file"), "\(again.errors)")
        // Interrupted in between, the next start ties the anchor.
        try copied.disk.remove("anchor/owner")
        #expect(try await copied.original.run("keys", "rotate").status == 0)
        #expect(copied.disk.has("anchor/owner"))
    }

    @Test func `a directory that has lost its name is refused until it is moved`() async throws {
        let ledger = try await TestLedger()
        for name in ["", "nonsense"] {
            try ledger.folder.write("data/identity", name)
            let refused = try await ledger.run("keys", "rotate")
            #expect(refused.status == 3 && refused.errors.contains("stands for another directory"), "\(refused.errors)")
            #expect(try await ledger.run("moved").status == 0)
            #expect(try await ledger.run("keys", "rotate").status == 0)
        }
    }

    @Test func `a forked copy goes on beside its original, which keeps its anchor`() async throws {
        let copied = try await CopiedLedger(.elsewhere)
        try copied.disk.write("anchor/.checkpoint.1.tmp", "half")
        let (before, ledger) = (try copied.state(), copied.original)
        let forks = "\(copied.anchor)/forks"
        var names: Set<String> = []
        for _ in 1...2 {
            try copied.copyAgain()
            let words = try await ForkTests.SetBack.advice(copied.copy, [])
            let forked = try await Command.start(words).end()
            #expect(forked.status == 0, "\(forked.errors)")
            #expect(forked.errors.contains("kept in \(copied.copy)/anchor"), "\(forked.errors)")
            names.formUnion(forked.lines)
            // What the original goes by is as it was; that a name is used stands beside it.
            #expect(try copied.state().filter { $0.key != forks } == before)
            #expect(try await copied.run("keys", "rotate").status == 0)
            #expect(try await copied.run("fork").errors.contains("nothing to fork"))
            #expect(try await copied.run("verify").status == 0)
        }
        #expect(names.count == 2, "two histories have one name: \(names)")
        #expect(try await ledger.run("keys", "rotate").status == 0)
        #expect(try await ledger.verified()["checkpoint"]?["origin"]?.text == ledger.printed["ledger"]?["origin"]?.text)
        // With the anchor of its original the fork is refused.
        let refused = try await copied.run("keys", "rotate", "--anchor", copied.anchor)
        #expect(refused.status == 3, "\(refused.errors)")
        // Once the original is gone, its anchor's folder may be the fork's.
        try copied.disk.remove("anchor")
        try FileManager.default.copyItem(atPath: "\(copied.copy)/anchor", toPath: copied.anchor)
        #expect(try await copied.run("keys", "rotate", "--anchor", copied.anchor).status == 0)
    }

    @Test func `a copy whose anchor is a link to its original's is forked with an anchor that is named`() async throws {
        let copied = try await CopiedLedger(.elsewhere)
        try copied.folder.remove("copy/anchor-location")
        try FileManager.default.createSymbolicLink(
            atPath: "\(copied.copy)/anchor",
            withDestinationPath: copied.anchor
        )
        let before = try copied.state()
        let words = try await ForkTests.SetBack.advice(copied.copy, [])
        let refused = try await Command.start(words).end()
        #expect(refused.status == 3 && refused.errors.contains("--anchor DIR"), "\(refused.errors)")
        #expect(try copied.state() == before)
        let named = copied.disk.path("another")
        try FileManager.default.createDirectory(atPath: named, withIntermediateDirectories: false)
        let led = try await ForkTests.SetBack.advice(copied.copy, ["--anchor", named])
        #expect(try await Command.start(led).end().status == 0)
        #expect(try await copied.run("keys", "rotate").status == 0)
        #expect(try copied.state() == before)
    }
}
