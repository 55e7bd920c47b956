import EventLog
import OpenSSL
import Storage
import Testing
import Wire

/// Verification finds whatever is changed behind the ledger's back, and says where.
struct TamperingTests {
    struct Tampering: CustomTestStringConvertible, Sendable {
        let name: String
        /// Exactly these are reported, each perhaps with several problems.
        let indexes: Set<UInt64?>
        let act: @Sendable (TestLedger) throws -> Void

        init(_ name: String, _ indexes: Set<UInt64?>, _ act: @escaping @Sendable (TestLedger) throws -> Void) {
            self.name = name
            self.indexes = indexes
            self.act = act
        }

        var testDescription: String { name }
    }

    static func replace(_ ledger: TestLedger, _ index: UInt64, _ table: Table, _ old: String, _ new: String) throws {
        let text = String(decoding: try ledger.bytes(index), as: UTF8.self)
        #expect(text.contains(old))
        try ledger.tamper { try $0.put(table, index.key, Array(text.replacing(old, with: new).utf8)) }
    }

    static func dataKeys(_ ledger: TestLedger) throws -> Table { try #require(ledger.tables.dataKeys) }

    static func segmentKey(_ index: UInt64, _ ordinal: UInt8) -> [UInt8] { index.key + [0, ordinal] }

    static let tamperings = [
        // The next of the chain no longer points to it, the attestation no longer holds, nor does the signed root.
        Tampering("a byte of an early entry", [5, 6, nil]) { try replace($0, 5, $0.tables.activity, "tkn_1", "tkn_2") },
        Tampering("a byte of the last entry", [19, nil]) { try replace($0, 19, $0.tables.activity, "tkn_9", "tkn_8") },
        Tampering("two entries swapped", [5, 6, 8, nil]) { ledger in
            let (first, second) = (try ledger.bytes(5), try ledger.bytes(6))
            try ledger.tamper { transaction in
                try transaction.put(ledger.tables.activity, UInt64(5).key, second)
                try transaction.put(ledger.tables.activity, UInt64(6).key, first)
            }
        },
        Tampering("an entry gone", [6, 8]) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.activity, UInt64(6).key) }
        },
        Tampering("an entry that is not JSON", [3, 14, 15, nil]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.state, UInt64(14).key, [0xFF, 0, 1]) }
        },
        Tampering("an entry of nothing", [3, 14, 15, nil]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.state, UInt64(14).key, []) }
        },
        Tampering("a state entry among activity", [14]) { ledger in
            let bytes = try ledger.bytes(14)
            try ledger.tamper { transaction in
                try transaction.delete(ledger.tables.state, UInt64(14).key)
                try transaction.put(ledger.tables.activity, UInt64(14).key, bytes)
            }
        },
        Tampering("an entry in both tables", [14]) { ledger in
            let bytes = try ledger.bytes(14)
            try ledger.tamper { try $0.put(ledger.tables.activity, UInt64(14).key, bytes) }
        },
        Tampering("an entry behind the end", [20]) { ledger in
            let bytes = try ledger.bytes(19)
            try ledger.tamper { try $0.put(ledger.tables.activity, UInt64(20).key, bytes) }
        },
        Tampering("an entry far behind the end", [20, 1 << 40]) { ledger in
            let bytes = try ledger.bytes(19)
            try ledger.tamper { try $0.put(ledger.tables.activity, (UInt64(1) << 40).key, bytes) }
        },
        Tampering("a hash row gone", [9]) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.hashes, UInt64(9).key) }
        },
        Tampering("the last hash row gone", [19]) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.hashes, UInt64(19).key) }
        },
        Tampering("a leaf hash changed", [9]) { try OpeningTests.alter($0, $0.tables.hashes, UInt64(9).key, at: 3) },
        Tampering("a hash above a leaf changed", [15]) {
            try OpeningTests.alter($0, $0.tables.hashes, UInt64(15).key, at: 32 * 4)
        },
        Tampering("a hash row too long", [9]) { ledger in
            let row = try #require(
                try ledger.tables.environment.read { try $0.get(ledger.tables.hashes, UInt64(9).key) }
            )
            try ledger.tamper { try $0.put(ledger.tables.hashes, UInt64(9).key, row + [0]) }
        },
        Tampering("a hash row under no index", [nil]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.hashes, [0, 0, 1], [1]) }
        },
        Tampering("an entry under no index", [nil]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.state, [0, 0, 1], [1]) }
        },
        Tampering("a segment of an entry that has none", [14]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.segments, segmentKey(14, 0), [1]) }
        },
        Tampering("one segment more", [7]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.segments, segmentKey(7, 2), [1]) }
        },
        Tampering("a segment behind the end", [30]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.segments, segmentKey(30, 0), [1]) }
        },
        Tampering("a segment under no index", [nil]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.segments, [1, 2], [1]) }
        },
        Tampering("a segment gone", [7]) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.segments, segmentKey(7, 1)) }
        },
        Tampering("a segment changed", [7]) {
            try OpeningTests.alter($0, $0.tables.segments, segmentKey(7, 0), at: 20)
        },
        Tampering("two segments swapped", [7]) { ledger in
            let tables = ledger.tables
            let rows = try tables.environment.read { reader in
                [try tables.segment(7, 0, reader) ?? [], try tables.segment(7, 1, reader) ?? []]
            }
            try ledger.tamper { transaction in
                try transaction.put(tables.segments, segmentKey(7, 0), rows[1])
                try transaction.put(tables.segments, segmentKey(7, 1), rows[0])
            }
        },
        Tampering("a chain head changed", [19]) { ledger in
            try OpeningTests.alter(ledger, ledger.tables.chains, Array("platform\0activity".utf8), at: 7)
        },
        Tampering("a chain head gone", [15]) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.chains, Array("tnt_w1\0state".utf8)) }
        },
        Tampering("a chain too many", [nil]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.chains, Array("tnt_w2\0state".utf8), [1]) }
        },
        Tampering("a class too many", [nil]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.chains, Array("tnt_w1\0other".utf8), [1]) }
        },
        Tampering("a stream head changed", [14]) { ledger in
            try OpeningTests.alter(ledger, ledger.tables.streams, Array("tnt_w1".utf8), at: 7)
        },
        Tampering("a stream head gone", [7]) { ledger in
            _ = try ledger.tamper { try $0.delete(ledger.tables.streams, Array("usr_1".utf8)) }
        },
        Tampering("a stream head cut", [7]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.streams, Array("usr_1".utf8), [1]) }
        },
        Tampering("a stream too many", [nil]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.streams, Array("usr_9".utf8), [1]) }
        },
        Tampering("the uses of a data key changed", [7]) { ledger in
            try OpeningTests.alter(ledger, dataKeys(ledger), Array("usr_1/profile".utf8), at: 7)
        },
        Tampering("the destruction of a data key gone", [15]) { ledger in
            let table = try dataKeys(ledger)
            try ledger.tamper { try $0.put(table, Array("usr_2/profile".utf8), UInt64(15).key) }
        },
        Tampering("a data key gone", [7]) { ledger in
            let table = try dataKeys(ledger)
            _ = try ledger.tamper { try $0.delete(table, Array("tnt_w1/notes".utf8)) }
        },
        Tampering("a data key cut", [7]) { ledger in
            let table = try dataKeys(ledger)
            try ledger.tamper { try $0.put(table, Array("usr_1/profile".utf8), [7]) }
        },
        Tampering("a data key too many", [nil]) { ledger in
            let table = try dataKeys(ledger)
            try ledger.tamper { try $0.put(table, Array("usr_9/profile".utf8), UInt64(5).key) }
        },
        Tampering("a removal that nothing covers", [6, 8]) { ledger in
            try ledger.tamper { try $0.put(ledger.tables.activity, UInt64(6).key, UInt64(14).key) }
        },
        Tampering("a tail cut off", [13, nil]) { try OpeningTests.cut($0, from: 18) },
        Tampering("no entry at all", [7, nil]) { try OpeningTests.cut($0, from: 0) },
        Tampering("a key that was lost", [7]) { try $0.keys.destroy(KeyName.data("usr_1/profile")) },
    ]

    @Test(arguments: tamperings, Medium.allCases)
    func `is reported with its place`(_ tampering: Tampering, _ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        #expect(ledger.verify().problems == [])
        try tampering.act(ledger)
        let report = ledger.verify()
        if tampering.name == "a key that was lost" {
            // A tombstone is an erasure, though no entry tells of it.
            #expect(report.isOK && report.erased == 2)
            return
        }
        let found = Set(report.problems.map(\.index))
        #expect(found.isSuperset(of: tampering.indexes), "\(report.problems)")
        // What follows from one harm: links that no longer hold, heads and roots that are others.
        let consequences: Set<UInt64?> = [8, 14, 17, 19, nil]
        #expect(found.subtracting(tampering.indexes).isSubset(of: consequences), "\(report.problems)")
    }

    @Test(arguments: Medium.allCases)
    func `a clean ledger is fine, and counted`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        let report = ledger.verify()
        #expect(report.isOK && report.problems == [])
        #expect(report.entries == 20)
        #expect(report.root == ledger.writer.range.root)
        #expect(report.checkpoint?.size == 20)
        #expect(report.opened == 3)
        #expect(report.erased == 1)
        #expect(report.sealed == 0)
        #expect(report.removed == 0)
    }

    @Test func `without keys segments are sealed, and with a sealed store too`() throws {
        let ledger = try TestLedger.populated()
        let sealedStore = try KeyStore(folder: ledger.place.folder("keys", .readOnly), epoch: nil, random: { _ in [] })
        for keys in [nil, sealedStore] {
            let report = Verification(tables: ledger.tables, keys: keys, anchor: ledger.anchor).run()
            #expect(report.problems == [])
            #expect(report.opened == 0 && report.erased == 1 && report.sealed == 3)
        }
        let options = Verification.Options(opensSegments: false)
        #expect(ledger.verify(options).sealed == 3)
    }

    @Test func `an erased segment may be gone, one that is not erased may not`() throws {
        let ledger = try TestLedger.populated()
        _ = try ledger.tamper { try $0.delete(ledger.tables.segments, Self.segmentKey(15, 0)) }
        let report = ledger.verify()
        #expect(report.problems == [] && report.erased == 1)
        _ = try ledger.tamper { try $0.delete(ledger.tables.segments, Self.segmentKey(15, 1)) }
        #expect(ledger.verify().problems.map(\.index) == [15])
    }

    @Test func `a key that is missing without a tombstone is a loss`() throws {
        let ledger = try TestLedger.populated()
        let folder = try ledger.place.folder("files")
        let random: @Sendable (Int) -> [UInt8] = { Seeded(seed: 8).bytes($0) }
        let epoch = try EpochKey.create(
            in: folder,
            keyEncryptionKey: TestLedger.keyEncryptionKey,
            random: random
        )
        let empty = try KeyStore(folder: folder, epoch: epoch, random: random)
        let report = Verification(tables: ledger.tables, keys: empty, anchor: ledger.anchor).run()
        #expect(report.problems.map(\.index) == [7, 7])
    }

    @Test func `nothing is sealed after its key was destroyed`() throws {
        var ledger = try ForgedLedger()
        let segment = Entry.SealedItem(
            subject: "usr_1",
            key: "usr_1/profile",
            fields: ["email"],
            commitment: SHA256Hash.hash([1])
        )
        let degraded = PendingEntry(type: "ledger.degraded", class: .state, data: ["why": "none"])
        try ledger.add(degraded) { $0.sealed = [segment] }
        try ledger.add(TestLedger.keyDestroyed("usr_1/profile"))
        try ledger.sign()
        #expect(ledger.verify().problems == [])
        try ledger.add(degraded) { $0.sealed = [segment] }
        try ledger.sign()
        #expect(ledger.verify().problems.map(\.index) == [3])
    }

    @Test func `a history rewritten from an index on does not have the signed root`() throws {
        let (ledger, other) = (try TestLedger.populated(seed: 5), try TestLedger(seed: 5))
        let signed = try #require(try ledger.anchor.checkpoint())
        try other.populate()
        try other.write([TestLedger.tokenIssued(90)])
        #expect(ledger.writer.range.root != other.writer.range.root)
        try other.anchor.store(signed)
        #expect(other.verify().problems == [], "a longer history with the same beginning is consistent")
        let third = try TestLedger(seed: 5)
        try third.write(TestLedger.partnerCreated("prt_k9"))
        for number in 0..<20 { try third.write([TestLedger.tokenIssued(number)]) }
        try third.anchor.store(signed)
        #expect(third.verify().problems.map(\.index) == [nil])
    }

    @Test func `a ledger of many pages and entries of every size is fine`() throws {
        let ledger = try TestLedger()
        for round in 0..<5 {
            for number in 0..<700 {
                _ = try ledger.writer.prepare(
                    [TestLedger.tokenIssued(number)],
                    recordedAt: ledger.writer.time(wall: .earliest)
                )
            }
            try ledger.writer.commit().get()
            for number in 0..<40 {
                let name = String(repeating: "é", count: 700 * number)
                _ = try ledger.writer.prepare(
                    [
                        PendingEntry(
                            type: "signing_key.updated",
                            class: .state,
                            stream: "snk_\(round)",
                            data: ["name": .string(name)]
                        )
                    ],
                    recordedAt: ledger.writer.time(wall: .earliest)
                )
            }
            try ledger.writer.commit().get()
        }
        try ledger.sign()
        let report = ledger.verify()
        #expect(report.problems == [])
        #expect(report.entries == 3_701)
        #expect(report.root == ledger.writer.range.root)
        try Self.replace(ledger, 2_500, ledger.tables.activity, #""result":"ok""#, #""result":"no""#)
        #expect(ledger.verify().problems.first?.index == 2_500)
    }
}
