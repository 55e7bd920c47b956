import Engine
import EventLog
import Foundation
import Identity
import Programs
import Testing
import Wire

/// T31: keys and ledger lie apart, so either may be put back from an older copy than the other.
struct KeysAndLedgerTests {
    static let key = "tnt_later/notes"

    /// Opens the directory in this process, and closes it again when `body` has written.
    private static func write(_ data: String, _ body: (Instance) async throws -> Void) async throws {
        let options = Instance.Options(software: "test", log: { _ in }, onStop: { _ in })
        let instance = try await Instance.openPatiently(DataDirectory(path: data), options)
        try await body(instance)
        try await instance.close()
    }

    /// An entry that seals under a data key that no entry before it names.
    private static func seal(_ data: String) async throws {
        let sealed = Event.Sealed(subject: "platform", key: key, fields: ["note": "a text"])
        let event = Event(LedgerSubject.entry(.degraded), chain: .platform, data: ["why": "a test"], sealed: [sealed])
        try await write(data) { _ = try await $0.perform(RecordEvents([event]), by: .system) }
    }

    /// What erasing comes down to.
    private static func erase(_ data: String) async throws {
        let event = Event(
            DataKeySubject.entry(.destroyed),
            chain: .platform,
            data: ["key": .string(key), "why": "asked"]
        )
        try await write(data) { instance in
            _ = try await instance.perform(RecordEvents([event]), by: .system)
            try instance.keys.destroy(KeyName.data(key))
        }
    }

    private static func expectRefused(_ ledger: TestLedger, naming names: [String]) async throws {
        let before = try ledger.folder.bytes("data/ledger/data.mdb")
        for words in [["serve", "--listen", "127.0.0.1:0"], ["keys", "rotate"], ["rebuild"]] {
            let ended = try await Command.start(words + ["--data", ledger.data]).end()
            #expect(ended.status == 3, "\(words): \(ended.errors)")
            #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            for name in names + ["muniment keys restore"] { #expect(ended.errors.contains(name), "\(ended.errors)") }
        }
        #expect(try ledger.folder.bytes("data/ledger/data.mdb") == before)
    }

    @Test func `T31 keys older than the ledger are refused by name, and taken again from a backup`() async throws {
        let ledger = try await TestLedger()
        try ledger.folder.copy("data/keys", to: "older")
        try await Self.seal(ledger.data)
        let backup = ledger.folder.path("backup")
        #expect(try await ledger.run("keys", "backup", backup).status == 0)
        try ledger.folder.move("data/keys", to: "newer")
        try ledger.folder.copy("older", to: "data/keys")
        try await Self.expectRefused(ledger, naming: ["data:\(Self.key)"])
        let report = try await ledger.verified()
        #expect(report["ok"] == false)
        let quick = try await ledger.verified("--quick")
        for problems in [report["problems"]?.items, quick["problems"]?.items] {
            #expect(problems?.contains { $0["what"]?.text?.contains(Self.key) == true } == true)
        }
        for name in ["bundle-00000001", "epoch-1"] { try ledger.folder.remove("data/keys/\(name)") }
        let restored = try await ledger.run("keys", "restore", backup)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(try await ledger.run("keys", "rotate").status == 0)
        #expect(try await ledger.verified()["ok"] == true)
    }

    @Test func `T31 a ledger whose key is lost for ever is still read and proved`() async throws {
        let ledger = try await TestLedger()
        try ledger.folder.copy("data/keys", to: "older")
        try await Self.seal(ledger.data)
        try ledger.folder.remove("data/keys")
        try ledger.folder.move("older", to: "data/keys")
        let refused = try await ledger.run("serve", "--listen", "127.0.0.1:0")
        #expect(refused.status == 3)
        #expect(refused.errors.hasSuffix("but entries, proof, checkpoint and verify go on\n"), "\(refused.errors)")
        let entries = try await ledger.run("entries")
        #expect(entries.status == 0 && entries.output.contains(Self.key))
        let checkpoint = try await ledger.run("checkpoint")
        #expect(checkpoint.status == 0)
        let index = entries.lines.count - 1
        let proof = try await ledger.run("proof", "\(index)")
        #expect(proof.status == 0, "\(proof.errors)")
        let problems = try await ledger.verified()["problems"]?.items ?? []
        #expect(problems.count == 1 && problems[0]["what"]?.text?.contains(Self.key) == true, "\(problems)")
    }

    @Test func `T31 keys older than a rotation lack the keys that sign, and each is named`() async throws {
        let ledger = try await TestLedger()
        try ledger.folder.copy("data/keys", to: "older")
        #expect(try await ledger.run("keys", "rotate").status == 0)
        #expect(try await ledger.run("keys", "rotate", "checkpoint").status == 0)
        let made = try await ledger.entries().compactMap { entry -> String? in
            switch entry["type"]?.text {
            case "signing_key.created": entry["data"]?["stage"] == "next" ? entry["stream"]?.text : nil
            case "checkpoint_key.created": entry["stream"]?.text
            default: nil
            }
        }
        try ledger.folder.move("data/keys", to: "newer")
        try ledger.folder.copy("older", to: "data/keys")
        try await Self.expectRefused(ledger, naming: Array(made.suffix(2)))
    }

    @Test func `T31 keys older than an erasure are erased again`() async throws {
        let ledger = try await TestLedger()
        try await Self.seal(ledger.data)
        try ledger.folder.copy("data/keys", to: "older")
        try await Self.erase(ledger.data)
        try ledger.folder.remove("data/keys")
        try ledger.folder.move("older", to: "data/keys")
        let ended = try await ledger.run("keys", "rotate")
        #expect(ended.status == 0)
        #expect(ended.errors.contains("1 keys stood in keys/"), "\(ended.errors)")
        let report = try await ledger.verified()
        #expect(report["ok"] == true && report["erased"] == 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path("data/keys"))
        let files = names.filter { $0.hasPrefix("bundle-") }.map { ledger.folder.text("data/keys/\($0)") }
        #expect(files.contains { $0.contains(#"{"destroyed":true,"id":"data:\#(Self.key)"}"#) })
        #expect(!files.contains { $0.contains(#""id":"data:\#(Self.key)","wrapped""#) })
    }

    @Test func `T31 keys newer than the ledger open it, and what was erased stays so`() async throws {
        let ledger = try await TestLedger()
        try await Self.seal(ledger.data)
        try ledger.folder.copy("data/ledger", to: "ledger")
        try ledger.folder.copy("data/anchor", to: "anchor")
        try await Self.erase(ledger.data)
        for name in ["ledger", "anchor"] {
            try ledger.folder.remove("data/\(name)")
            try ledger.folder.move(name, to: "data/\(name)")
        }
        try ledger.folder.remove("data/views")
        #expect(try await ledger.run("moved").status == 0)
        #expect(try await ledger.run("keys", "rotate").status == 0)
        let report = try await ledger.verified()
        #expect(report["ok"] == true && report["erased"] == 1)
        await #expect(throws: Refusal.self) { try await Self.seal(ledger.data) }
    }
}
