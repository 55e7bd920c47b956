import EventLog
import OpenSSL
import Storage
import Testing
import Wire

/// A ledger that was left behind is trusted again only if nothing of it is missing or changed.
struct OpeningTests {
    /// A ledger of 20 signed entries and five unsigned ones, acknowledged up to the end.
    static func unsigned(_ medium: Medium = .simulated) throws -> TestLedger {
        let ledger = try TestLedger.populated(medium)
        try ledger.write([TestLedger.tokenIssued(60)])
        try ledger.write([TestLedger.tenantUpdated("tnt_w1", name: "a"), TestLedger.tenantUpdated("tnt_w1", name: "b")])
        try ledger.write([TestLedger.tokenIssued(61)])
        try ledger.write([TestLedger.tokenIssued(62, chain: "tnt_w1")])
        try ledger.hint()
        return ledger
    }

    /// Something done to the ledger, and the refusal it must meet.
    struct Damage: CustomTestStringConvertible, Sendable {
        let name: String
        let kind: LedgerFault.Kind
        var index: UInt64?
        let harm: @Sendable (TestLedger) throws -> Void

        init(
            _ name: String,
            _ kind: LedgerFault.Kind,
            at index: UInt64? = nil,
            _ harm: @escaping @Sendable (TestLedger) throws -> Void
        ) {
            self.name = name
            self.kind = kind
            self.index = index
            self.harm = harm
        }

        var testDescription: String { name }
    }

    /// Takes the entries from an index on away, as an older copy of the file would lack them.
    static func cut(_ ledger: TestLedger, from index: UInt64) throws {
        let tables = ledger.tables
        let end = ledger.size
        try ledger.tamper { transaction in
            for index in index..<end {
                for table in [tables.state, tables.activity, tables.hashes] { try transaction.delete(table, index.key) }
            }
        }
    }

    static func alter(_ ledger: TestLedger, _ table: Table, _ key: [UInt8], at place: Int) throws {
        var row = try #require(try ledger.tables.environment.read { try $0.get(table, key) })
        row[place] ^= 1
        try ledger.tamper { try $0.put(table, key, row) }
    }

    static let damages = [
        Damage("shorter than the checkpoint", .rolledBack) { try cut($0, from: 19) },
        Damage("shorter than the head hint", .rolledBack) { try cut($0, from: 24) },
        Damage("empty", .rolledBack) { try cut($0, from: 0) },
        Damage("without its checkpoint", .rolledBack) { try $0.place.folder("anchor").remove("checkpoint") },
        Damage("another history behind the head hint", .rolledBack) { ledger in
            try ledger.anchor.hint(Anchor.HeadHint(size: 23, root: SHA256Hash.hash([1])))
        },
        Damage("an altered entry behind the checkpoint", .damaged, at: 23) { ledger in
            let text = String(decoding: try ledger.bytes(23), as: UTF8.self).replacing("tkn_61", with: "tkn_16")
            try ledger.tamper { try $0.put(ledger.tables.activity, UInt64(23).key, Array(text.utf8)) }
        },
        Damage("bytes that are no entry", .damaged, at: 23) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.activity, UInt64(23).key, Array("[]".utf8)) }
        },
        Damage("two entries swapped", .damaged, at: 20) { ledger in
            let (first, second) = (try ledger.bytes(20), try ledger.bytes(23))
            try ledger.tamper { transaction in
                try transaction.put(ledger.tables.activity, UInt64(20).key, second)
                try transaction.put(ledger.tables.activity, UInt64(23).key, first)
            }
        },
        Damage("a missing entry", .damaged, at: 21) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.state, UInt64(21).key) }
        },
        Damage("an altered leaf hash", .damaged, at: 22) { try alter($0, $0.tables.hashes, UInt64(22).key, at: 0) },
        Damage("an altered hash above a leaf", .damaged, at: 23) {
            try alter($0, $0.tables.hashes, UInt64(23).key, at: 64)
        },
        Damage("an altered edge under the checkpoint", .damaged, at: 15) {
            try alter($0, $0.tables.hashes, UInt64(15).key, at: 130)
        },
        Damage("a missing hash row under the checkpoint", .damaged, at: 15) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.hashes, UInt64(15).key) }
        },
        Damage("an altered chain head", .damaged, at: 24) { ledger in
            try alter(ledger, ledger.tables.chains, Array("tnt_w1\0activity".utf8), at: 20)
        },
        Damage("a chain head gone", .damaged, at: 23) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.chains, Array("platform\0activity".utf8)) }
        },
        Damage("a batch that was cut", .damaged, at: 21) { ledger in
            try cut(ledger, from: 22)
            try ledger.anchor.hint(
                Anchor.HeadHint(
                    size: 20,
                    root: try ledger.tables.environment.read {
                        try ledger.tables.range(at: 20, $0).root
                    }
                )
            )
        },
        Damage("another ledger's checkpoint", .damaged) { ledger in
            let other = try TestLedger.populated(seed: 99)
            let note = try #require(try other.anchor.checkpoint())
            try ledger.anchor.store(note)
        },
        Damage("a checkpoint by another key", .damaged) { ledger in
            let root = try ledger.tables.environment.read { try ledger.tables.range(at: 20, $0).root }
            let checkpoint = Checkpoint(origin: ledger.identity.origin, size: 20, root: root)
            try ledger.anchor.store(checkpoint.signed(by: [Ed25519Key()]))
        },
        Damage("a checkpoint of another root that its key did not sign", .damaged) { ledger in
            let checkpoint = Checkpoint(origin: ledger.identity.origin, size: 20, root: SHA256Hash.hash([1]))
            let signed = checkpoint.signed(by: [ledger.signer])
            let line = SignedNote.Signature(
                name: ledger.identity.origin,
                keyID: ledger.identity.verifierKey.id,
                bytes: [UInt8](repeating: 0, count: 64)
            )
            try ledger.anchor.store(SignedNote(text: signed.text, signatures: [line]))
        },
        Damage("a checkpoint of another root by another key", .rolledBack) { ledger in
            let checkpoint = Checkpoint(origin: ledger.identity.origin, size: 20, root: SHA256Hash.hash([1]))
            try ledger.anchor.store(checkpoint.signed(by: [Ed25519Key()]))
        },
        Damage("a checkpoint of another root", .rolledBack) { ledger in
            let checkpoint = Checkpoint(origin: ledger.identity.origin, size: 20, root: SHA256Hash.hash([1]))
            try ledger.anchor.store(checkpoint.signed(by: [ledger.signer]))
        },
        Damage("a checkpoint that is none", .damaged) { ledger in
            try ledger.place.folder("anchor").write("checkpoint", Array("nonsense".utf8))
        },
        Damage("a row whose key is no index", .damaged) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.hashes, [0xFF, 0xFF], [1]) }
        },
    ]

    @Test(arguments: damages, Medium.allCases)
    func `L7 what was cut off or altered is refused, and says where`(_ damage: Damage, _ medium: Medium) throws {
        let ledger = try Self.unsigned(medium)
        #expect(try ledger.open().range == ledger.writer.range)
        try damage.harm(ledger)
        let fault = #expect(throws: LedgerFault.self) { try ledger.open() }
        #expect(fault?.kind == damage.kind, "\(String(describing: fault))")
        #expect(fault?.index == damage.index, "\(String(describing: fault))")
    }

    @Test(arguments: damages)
    func `quick verification reports what opening refuses`(_ damage: Damage) throws {
        let ledger = try Self.unsigned()
        #expect(ledger.verify(Verification.Options(isQuick: true)).isOK)
        try damage.harm(ledger)
        let report = ledger.verify(Verification.Options(isQuick: true))
        #expect(report.problems.count == 1)
        #expect(report.problems.first?.index == damage.index)
    }

    @Test(arguments: damages)
    func `L7 deep verification finds what opening refuses`(_ damage: Damage) throws {
        let ledger = try Self.unsigned()
        #expect(ledger.verify().problems == [])
        try damage.harm(ledger)
        let report = ledger.verify()
        #expect(!report.isOK)
        if let index = damage.index {
            #expect(report.problems.contains { $0.index == index }, "\(report.problems)")
        }
    }

    @Test func `without an anchor, quick verification compares the end with the stored edge`() throws {
        let ledger = try Self.unsigned()
        let verification = Verification(
            tables: ledger.tables,
            keys: nil,
            anchor: nil,
            options: Verification.Options(isQuick: true)
        )
        #expect(verification.run().isOK)
        #expect(verification.run().root == ledger.writer.range.root)
        try Self.alter(ledger, ledger.tables.hashes, UInt64(22).key, at: 0)
        #expect(verification.run().problems.map(\.index) == [22])
    }

    @Test func `a retired key still vouches for what it signed`() throws {
        let ledger = try TestLedger.populated()
        let next = Ed25519Key()
        let verifier = VerifierKey(name: ledger.identity.origin, publicKey: next.publicKey)
        let change = { (key: VerifierKey, what: String) in
            PendingEntry(
                type: "checkpoint_key.\(what)",
                class: .state,
                stream: CheckpointKeys.stream(key),
                data: ["verifier_key": .string(key.description)]
            )
        }
        ledger.keys.stage(KeyName.checkpoint(CheckpointKeys.stream(verifier)), next.seed)
        try ledger.write([change(verifier, "created")])
        #expect(try ledger.open().checkpointKeys.verifiers == [ledger.identity.verifierKey, verifier])
        try ledger.sign()
        let both = try #require(try ledger.anchor.checkpoint())
        #expect(both.isSigned(by: verifier) && both.isSigned(by: ledger.identity.verifierKey))
        try ledger.write([change(ledger.identity.verifierKey, "retired")])
        // The process ended here: the anchor's checkpoint is from before.
        #expect(try ledger.open().checkpointKeys.verifiers == [verifier])
        #expect(ledger.verify().problems == [])
        try ledger.sign()
        #expect(try ledger.open().anchored?.size == 22)
        #expect(ledger.verify().problems == [])
        // What only the retired key signs, beyond its retirement, is worth nothing.
        let late = Checkpoint(origin: ledger.identity.origin, size: 22, root: ledger.writer.range.root)
        try ledger.anchor.store(late.signed(by: [ledger.signer]))
        #expect(throws: LedgerFault.self) { try ledger.open() }
        #expect(ledger.verify().problems.count == 1)
    }
}
