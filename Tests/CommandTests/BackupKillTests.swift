import Foundation
import Programs
import Testing

/// Backups and restores that end in the middle: there is a whole one or none, and the same command is typed again.
struct BackupKillTests {
    /// Every named moment that a backup passes; the files are the word that it leaves.
    static let backupPoints = [
        "backup-written:1", "before-backup-moves:1", "backup-moved:1", "file-written:1", "file-renamed:1",
    ]

    @Test(arguments: backupPoints)
    func `a backup that is killed has its name when it is whole, and leaves the one before it till then`(point: String)
        async throws
    {
        let backedUp = try await BackedUpLedger()
        let before = try backedUp.folder.bytes("whole.backup")
        for (name, options) in [("new.backup", []), ("whole.backup", ["--overwrite"])] {
            let words = ["backup", "--data", backedUp.ledger.data, "--to", backedUp.folder.path(name)] + options
            let killed = try await Command.start(words, with: ["MUNIMENT_CRASH_AT": point]).end()
            #expect(killed.status == 128 + SIGKILL, "\(killed.status) \(killed.errors)")
            let isThere = backedUp.folder.has("new.backup")
            #expect(isThere == !Self.backupPoints[..<2].contains(point))
            if !isThere { #expect(try backedUp.folder.bytes("whole.backup") == before) }
        }
        for name in ["new.backup", "whole.backup"] where backedUp.folder.has(name) {
            let restored = try await backedUp.restore([backedUp.folder.path(name)], into: "from-\(name)")
            #expect(restored.status == 0, "\(restored.errors)")
        }
        let again = try await backedUp.ledger.run("backup", "--to", backedUp.folder.path("new.backup"), "--overwrite")
        #expect(again.status == 0, "\(again.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: backedUp.folder.path)
        #expect(!names.contains(".new.backup.unfinished"))
        #expect(try await backedUp.ledger.run("verify").status == 0)
    }

    /// Every named moment that a restore passes; the files are its mark, the anchor's owner and checkpoint, the
    /// reserve, the trust in no views, and the format that makes it a ledger.
    static let restorePoints =
        ["before-commit:1", "after-commit:1", "restore-written:1", "restore-written:2", "before-restore-counts:1"]
        + (1...6).flatMap { ["file-written:\($0)", "file-renamed:\($0)"] }

    @Test func `a restore that is killed at any named moment leaves a ledger or none, and is typed again`() async throws
    {
        let backedUp = try await BackedUpLedger()
        let files = [backedUp.whole, backedUp.increment]
        var counted: [String] = []
        for point in Self.restorePoints {
            let killed = try await backedUp.restore(files, with: ["MUNIMENT_CRASH_AT": point])
            #expect(killed.status == 128 + SIGKILL, "\(point): \(killed.status) \(killed.errors)")
            let again = try await backedUp.restore(files)
            if backedUp.folder.has("restored/format"), again.status == 2 {
                counted.append(point)
                #expect(again.errors.contains("is not empty"), "\(point): \(again.errors)")
            } else {
                #expect(again.status == 0, "\(point): \(again.errors)")
            }
            let verified = try await backedUp.run("verify")
            #expect(verified.status == 0, "\(point): \(verified.errors)\(verified.output)")
            #expect(try await backedUp.run("entries").lines.count == backedUp.size)
            try backedUp.folder.remove("restored")
        }
        // From the moment on in which the format has its name.
        #expect(counted == ["file-renamed:6"])
    }

    @Test func `until it is done nothing takes the directory for a ledger`() async throws {
        let backedUp = try await BackedUpLedger()
        let killed = try await backedUp.restore(
            [backedUp.whole],
            with: ["MUNIMENT_CRASH_AT": "before-restore-counts:1"]
        )
        #expect(killed.status == 128 + SIGKILL)
        for words in [["serve", "--listen", "127.0.0.1:0"], ["verify"], ["moved"], ["fork"], ["entries"]] {
            let refused = try await Command.start(words + ["--data", backedUp.restored], with: backedUp.key).end()
            #expect(refused.status == 3 && refused.errors.contains("was interrupted"), "\(words): \(refused.errors)")
        }
        // A founding does not take what lies there for its own either.
        #expect(try await Command.run("init", "--data", backedUp.restored).status == 3)
        // Of something else in its place nothing is taken away.
        try backedUp.folder.write("restored/letter", "from somebody")
        #expect(try await backedUp.restore([backedUp.whole]).status == 0)
        #expect(backedUp.folder.text("restored/letter") == "from somebody")
    }
}
