import Foundation
import Programs
import Testing
import Wire

/// A directory that may not be trusted, or not be used now, is refused by name: exit 3, one line, nothing changed.
struct OpeningTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let says: String
        let spoil: @Sendable (TestLedger) async throws -> Void

        init(_ name: String, says: String, _ spoil: @escaping @Sendable (TestLedger) async throws -> Void) {
            testDescription = name
            self.says = says
            self.spoil = spoil
        }
    }

    static let cases = [
        Case("a newer format", says: "format 2") {
            try $0.folder.write("data/format", #"{"format":2,"lowest_reader":2}"# + "\n")
        },
        Case("no ledger", says: "there is no ledger") { try $0.folder.remove("data/format") },
        Case("no directory", says: "there is no ") { try $0.folder.remove("data") },
        Case("no key-encryption key", says: "no key-encryption key") { try $0.folder.remove("data/keys/kek") },
        Case("a key-encryption key that others can read", says: "chmod 600") {
            try $0.folder.setMode("data/keys/kek", 0o644)
        },
        Case("a data directory that others can write to", says: "chmod 700") { try $0.folder.setMode("data", 0o777) },
        Case("a folder of keys that others can enter", says: "chmod 700") { try $0.folder.setMode("data/keys", 0o755) },
        Case("a bundle of keys that others can change", says: "chmod 600") { ledger in
            let bundle = try #require(
                try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path("data/keys")).first {
                    $0.hasPrefix("bundle-")
                }
            )
            try ledger.folder.setMode("data/keys/\(bundle)", 0o666)
        },
        Case("another ledger's key-encryption key", says: "not the one of this ledger") {
            try $0.folder.write("data/keys/kek", Base64URL.encode([UInt8](repeating: 1, count: 32)) + "\n")
        },
        Case("no keys", says: "restore the keys") { ledger in
            let key = ledger.keyEncryptionKey
            try ledger.folder.remove("data/keys")
            try FileManager.default.createDirectory(
                atPath: ledger.folder.path("data/keys"),
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
            try ledger.folder.write("data/keys/kek", key)
            try ledger.folder.setMode("data/keys/kek", 0o600)
        },
        Case("no anchor", says: "the anchor has no checkpoint") { try $0.folder.remove("data/anchor/checkpoint") },
        Case("a ledger behind its anchor", says: "behind what was acknowledged") { ledger in
            try ledger.folder.copy("data/ledger", to: "earlier")
            _ = try await ledger.run("keys", "rotate")
            try ledger.folder.remove("data/ledger")
            try ledger.folder.move("earlier", to: "data/ledger")
        },
        Case("a file that is no database", says: "damaged") { ledger in
            try ledger.folder.write("data/ledger/data.mdb", [UInt8](repeating: 0x2A, count: 65_536))
        },
    ]

    @Test(arguments: cases)
    func `L7 what is missing, behind or not ours is refused`(_ item: Case) async throws {
        let ledger = try await TestLedger()
        try await item.spoil(ledger)
        for words in [["serve", "--listen", "127.0.0.1:0"], ["keys", "rotate"]] {
            let ended = try await Command.start(words + ["--data", ledger.data]).end()
            #expect(ended.status == 3, "\(words): \(ended.errors)")
            #expect(ended.output.isEmpty)
            #expect(ended.errors.contains(item.says), "\(ended.errors)")
            #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
        }
    }

    @Test(arguments: [("anchor", "anchor"), ("ledger", "ledger/data.mdb"), ("keys", "keys/")])
    func `a start makes nothing in the place of what is missing`(_ name: String, _ says: String) async throws {
        let ledger = try await TestLedger()
        let key = ["MUNIMENT_KEY": ledger.keyEncryptionKey]
        try ledger.folder.remove("data/\(name)")
        let ended = try await ledger.run("serve", "--listen", "127.0.0.1:0", with: key)
        #expect(ended.status == 3)
        #expect(ended.errors.contains(says), "\(ended.errors)")
        #expect(!ledger.folder.has("data/\(name)"))
    }

    @Test func `a newer format is left untouched by every command`() async throws {
        let ledger = try await TestLedger()
        try ledger.folder.write("data/format", #"{"format":2,"lowest_reader":2}"# + "\n")
        let before = try ledger.folder.bytes("data/ledger/data.mdb")
        for words in [
            ["verify"], ["entries"], ["checkpoint"], ["proof", "0"], ["rebuild"], ["recover"], ["clock", "accept"],
            ["replay", "--into", ledger.folder.path("into")], ["keys", "rotate", "checkpoint"],
            ["keys", "rotate", "wrapping"],
            ["keys", "backup", ledger.folder.path("backup")],
        ] {
            #expect(try await Command.start(words + ["--data", ledger.data]).end().status == 3, "\(words)")
        }
        #expect(try ledger.folder.bytes("data/ledger/data.mdb") == before)
        #expect(!ledger.folder.has("backup"))
    }
}
