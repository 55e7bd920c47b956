import Foundation
import Programs
import Testing
import Wire

/// `moved`: a copy takes the place of its original, and of two directories with one anchor one is served at any moment.
struct MovedTests {
    @Test func `a copy that is moved is served, and its original is refused`() async throws {
        let copied = try await CopiedLedger(.elsewhere)
        let size = try await copied.original.entries().count
        let moved = try await copied.run("moved")
        #expect(moved.status == 0 && moved.output == "moved in entry \(size)\n", "\(moved.errors)")
        let refused = try await copied.original.run("serve", "--listen", "127.0.0.1:0")
        #expect(refused.status == 3)
        #expect(refused.errors.contains("is a copy, or its copy has taken its place"), "\(refused.errors)")
        #expect(refused.errors.contains("(muniment moved --data \(copied.original.data))"), "\(refused.errors)")
        let again = try await copied.run("moved")
        #expect(again.status == 1 && again.errors.contains("nothing to move"), "\(again.errors)")
        #expect(try await copied.run("keys", "rotate").status == 0)
        #expect(try await copied.run("verify").status == 0)
        let listed = try await copied.run("entries").output
        let entry = try JSON.parse(Array(listed.split(separator: "\n")[size].utf8), as: .canonical)
        #expect(entry["type"]?.text == "ledger.moved" && entry["chain"]?.text == "platform")
        try copied.folder.write("entries", listed)
        try copied.folder.write("checkpoint", try await copied.run("checkpoint").output)
        let verified = try await Programs.verify([
            "--entries", copied.folder.path("entries"), "--checkpoint", copied.folder.path("checkpoint"), "--key",
            copied.original.verifierKey,
        ])
        #expect(verified.status == 0, "\(verified.errors)\(verified.output)")
        // Behind what its copy has written since, the original cannot come back.
        #expect(try await copied.original.run("moved").errors.contains("behind what was acknowledged"))
    }

    @Test func `an anchor that was copied along cannot tell the original`() async throws {
        let copied = try await CopiedLedger(.within)
        #expect(try await copied.run("moved").status == 0)
        for data in [copied.copy, copied.original.data] {
            #expect(try await Command.run("keys", "rotate", "--data", data).status == 0)
        }
        // A copy of the copy is one again.
        try copied.folder.copy("copy", to: "third")
        #expect(try await Command.run("keys", "rotate", "--data", copied.folder.path("third")).status == 3)
    }

    @Test func `a directory that comes from a backup gets its keys, and takes its own place`() async throws {
        let copied = try await CopiedLedger(.elsewhere)
        let (folder, key) = (copied.folder, ["MUNIMENT_KEY": copied.original.keyEncryptionKey])
        #expect(try await copied.original.run("keys", "backup", folder.path("keys-backup")).status == 0)
        try folder.remove("copy/keys")
        let restored = try await copied.run("keys", "restore", folder.path("keys-backup"), with: key)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(try await copied.run("keys", "rotate", with: key).status == 3)
        let moved = try await copied.run("moved", with: key)
        #expect(moved.status == 0, "\(moved.errors)")
        #expect(try await copied.run("keys", "rotate", with: key).status == 0)
    }

    @Test func `views that have folded more than the ledger has keep it from being moved`() async throws {
        let ledger = try await TestLedger()
        #expect(try await ledger.run("keys", "rotate").status == 0)
        let older = try ledger.folder.bytes("data/ledger/data.mdb")
        let checkpoint = try ledger.folder.bytes("data/anchor/checkpoint")
        #expect(try await ledger.run("keys", "rotate").status == 0)
        // Back in the same file, beside an anchor that knows no better and stands for another directory.
        try ledger.folder.write("data/ledger/data.mdb", older)
        try ledger.folder.write("data/anchor/checkpoint", checkpoint)
        try ledger.folder.remove("data/anchor/head")
        try ledger.folder.write("data/anchor/owner", "another\n")
        let refused = try await ledger.run("moved")
        #expect(refused.status == 3 && refused.errors.contains("the views"), "\(refused.errors)")
    }

    @Test func `the anchor that a copy was moved to is remembered`() async throws {
        let copied = try await CopiedLedger(.elsewhere)
        let other = copied.disk.path("other")
        try copied.disk.copy("anchor", to: "other")
        #expect(try await copied.run("moved", "--anchor", other).status == 0)
        #expect(copied.folder.text("copy/anchor-location") == "\(other)\n")
        #expect(try await copied.run("keys", "rotate").status == 0)
        #expect(try await copied.original.run("keys", "rotate").status == 0)
    }

    /// Every named moment that a move passes; the files are where the anchor is, the name, and the anchor's owner.
    static let points = [
        "before-keys:1", "after-keys:1", "before-commit:1", "after-commit:1", "file-written:1", "file-renamed:1",
        "file-written:2", "file-renamed:2", "file-written:3", "file-renamed:3", "before-sign:1", "before-anchor:1",
        "file-written:4", "file-renamed:4", "after-anchor:1",
    ]

    @Test func `a move that is killed at any named moment leaves one directory that is served, and never two`()
        async throws
    {
        let copied = try await CopiedLedger(.elsewhere)
        try copied.disk.copy("anchor", to: "before")
        var stood: [String] = []
        for point in Self.points {
            try copied.copyAgain()
            for name in try FileManager.default.contentsOfDirectory(atPath: copied.anchor) {
                try copied.disk.remove("anchor/\(name)")
            }
            for name in ["checkpoint", "owner"] { try copied.disk.copy("before/\(name)", to: "anchor/\(name)") }
            let killed = try await copied.run("moved", with: ["MUNIMENT_CRASH_AT": point])
            #expect(killed.status == 128 + SIGKILL, "\(point): \(killed.status) \(killed.errors)")
            // Asked so, a directory that would be served says that there is nothing to fork, and is left as it is.
            let original = try await copied.original.run("fork")
            let again = try await copied.run("moved")
            if original.status == 1 {
                #expect(again.status == 0, "\(point): \(again.errors)")
            } else {
                stood.append(point)
                #expect(original.status == 2 && again.status == 1, "\(point): \(original.errors)\(again.errors)")
            }
            #expect(try await copied.run("keys", "rotate").status == 0, "\(point)")
            #expect(try await copied.run("verify").status == 0, "\(point)")
            #expect(try await copied.original.run("keys", "rotate").status == 3, "\(point)")
        }
        // From the anchor's owner on.
        #expect(stood == Array(Self.points[9...]))
    }
}
