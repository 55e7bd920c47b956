import Engine
import EventLog
import Foundation
import Identity
import Programs
import Testing
import Wire

/// Keys change places without a moment in which anything signed or sealed is lost.
struct KeyTests {
    @Test func `two checkpoint keys sign until the next rotation, and trust passes from key to key`() async throws {
        let ledger = try await TestLedger()
        var checkpoints: [String] = []
        for rotation in 1...3 {
            let ended = try await ledger.run("keys", "rotate", "checkpoint")
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.lines.count == 2)
            let note = try await ledger.run("checkpoint").output
            #expect(note.split(separator: "\n").filter { $0.hasPrefix("— ") }.count == 2)
            let name = "checkpoint\(rotation)"
            try ledger.folder.write(name, note)
            checkpoints += ["--checkpoint", ledger.folder.path(name)]
        }
        #expect(try await ledger.verified()["ok"] == true)
        let types = try await ledger.types().filter { $0.hasPrefix("checkpoint_key.") }
        #expect(types.filter { $0 == "checkpoint_key.created" }.count == 3)
        #expect(types.filter { $0 == "checkpoint_key.retired" }.count == 2)
        try ledger.folder.write("entries", try await ledger.run("entries").output)
        let words = ["--entries", ledger.folder.path("entries"), "--key", ledger.verifierKey] + checkpoints
        let verified = try await Programs.verify(words)
        #expect(verified.status == 0, "\(verified.errors)\(verified.output)")
    }

    @Test(arguments: [(true, 0), (false, 3)])
    func `a key file whose access control list names another user is refused, and one that names ours is not`(
        isOurs: Bool,
        status: Int32,
    ) async throws {
        let ledger = try await TestLedger()
        try ledger.folder.move("data/keys/kek", to: "kek")
        try ledger.folder.setMode("kek", 0o400)
        let user = isOurs ? geteuid() : geteuid() + 1
        // Owner r, one user r, group nothing, mask r, others nothing: a mode of 0440.
        let script = """
            import errno, os, struct, sys
            none = 2**32 - 1
            rows = [(1, 4, none), (2, 4, int(sys.argv[2])), (4, 0, none), (16, 4, none), (32, 0, none)]
            value = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *row) for row in rows)
            try:
                os.setxattr(sys.argv[1], "system.posix_acl_access", value)
            except OSError as error:
                sys.exit(95 if error.errno == errno.EOPNOTSUPP else 1)
            """
        let kek = ledger.folder.path("kek")
        let listed = try await Programs.run(["python3", "-c", script, kek, "\(user)"])
        guard listed.status != 95 else {
            return withKnownIssue("This file system keeps no access control lists") {
                Issue.record("nothing was tried: \(kek)")
            }
        }
        try #require(listed.status == 0, "\(listed.errors)")
        let ended = try await ledger.run("keys", "rotate", "--key-file", kek)
        #expect(ended.status == status, "\(ended.errors)")
        #expect(isOurs || ended.errors.contains("can be read by others; run: chmod 600 \(kek)"))
    }

    @Test func `wrapping everything anew leaves old copies worthless`() async throws {
        let ledger = try await TestLedger()
        try ledger.folder.copy("data/keys", to: "stolen")
        for _ in 1...2 {
            let ended = try await ledger.run("keys", "rotate", "wrapping")
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try await ledger.run("keys", "rotate").status == 0)
        }
        #expect(!ledger.folder.has("data/keys/epoch-1") && ledger.folder.has("data/keys/epoch-3"))
        #expect(try await ledger.verified()["ok"] == true)
        // What was copied before does not fit what is there now.
        try ledger.folder.remove("data/keys/epoch-3")
        try ledger.folder.copy("stolen/epoch-1", to: "data/keys/epoch-1")
        #expect(try await ledger.run("keys", "rotate").status == 3)
    }

    @Test func `keys come back from their backup`() async throws {
        let ledger = try await TestLedger()
        let (backup, key) = (ledger.folder.path("backup"), ["MUNIMENT_KEY": ledger.keyEncryptionKey])
        #expect(try await ledger.run("keys", "backup", backup).status == 0)
        #expect(try ledger.folder.mode("backup") == 0o600)
        #expect(!ledger.folder.text("backup").contains(ledger.keyEncryptionKey))
        #expect(try await ledger.run("keys", "backup", backup).status == 2)
        try ledger.folder.remove("data/keys")
        #expect(try await ledger.run("keys", "rotate", with: key).status == 3)
        let restored = try await ledger.run("keys", "restore", backup)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(try await ledger.run("keys", "restore", backup).status == 0)
        #expect(try await ledger.run("keys", "rotate", with: key).status == 0)
        // Keys were made since: nothing of theirs is replaced.
        let refused = try await ledger.run("keys", "restore", backup)
        #expect(refused.status == 3)
        let other = try await TestLedger()
        #expect(try await other.run("keys", "restore", backup).status == 3)
    }

    /// What erasing a person comes down to; the directory is free again when this returns.
    private static func erase(_ key: String, in data: String) async throws {
        let options = Instance.Options(software: "test", log: { _ in }, onStop: { _ in })
        let instance = try await Instance.openPatiently(DataDirectory(path: data), options)
        let announced = Event(
            DataKeySubject.entry(.destroyed),
            chain: .platform,
            data: ["key": .string(key), "why": "asked to be forgotten"]
        )
        _ = try await instance.perform(RecordEvents([announced]), by: .system)
        try instance.keys.destroy(KeyName.data(key))
        try await instance.close()
    }

    @Test func `a backup older than an erasure does not undo it`() async throws {
        let ledger = try await TestLedger()
        let user = try #require(ledger.printed["super_admin"]?["id"]?.text)
        #expect(try await ledger.run("keys", "backup", ledger.folder.path("backup")).status == 0)
        try await Self.erase("\(user)/profile", in: ledger.data)
        let key = ledger.keyEncryptionKey
        try ledger.folder.remove("data/keys")
        let restored = try await ledger.run("keys", "restore", ledger.folder.path("backup"))
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.output.contains("left out 1 "))
        let report = try await Command.start(
            ["verify", "--format", "json", "--data", ledger.data],
            with: ["MUNIMENT_KEY": key]
        ).end()
        #expect(report.output.contains(#""erased":1"#), "\(report.output)")
        #expect(report.status == 0)
    }
}
