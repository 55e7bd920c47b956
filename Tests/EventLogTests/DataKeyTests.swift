import EventLog
import OpenSSL
import Storage
import Testing
import Wire

/// The ledger knows which data keys it was sealed with, whatever has become of the key store.
struct DataKeyTests {
    static let profile = "usr_1/profile"
    private static let wholeness: [UInt8] = [0]

    private static func uses(_ ledger: TestLedger) throws -> [String: LedgerTables.DataKeyUse] {
        var uses: [String: LedgerTables.DataKeyUse] = [:]
        try ledger.tables.eachDataKey { uses[String(decoding: $0.copied, as: UTF8.self)] = $1 }
        return uses
    }

    private static func sealing(_ key: String) -> PendingEntry {
        PendingEntry(
            type: "user.updated",
            class: .state,
            chain: "tnt_w1",
            stream: "usr_1",
            sealed: [PendingEntry.Sealed(subject: "usr_1", key: key, fields: ["email": "z@example.com"])]
        )
    }

    /// A writer that goes on behind a ledger with the keys of another moment.
    private static func writer(_ ledger: TestLedger, _ keys: KeyStore) throws -> LedgerWriter {
        let opening = try ledger.open()
        return LedgerWriter(
            tables: ledger.tables,
            keys: keys,
            ledgerID: ledger.identity.id,
            range: opening.range,
            lastRecordedAt: opening.lastRecordedAt,
            random: { ledger.random.bytes($0) }
        )
    }

    private static func missing(_ ledger: TestLedger, _ keys: KeyStore) throws -> [String] {
        try keys.difference(from: ledger.tables).missing.map(\.key)
    }

    private static func emptyStore(_ ledger: TestLedger) throws -> KeyStore {
        let random: @Sendable (Int) -> [UInt8] = { Seeded(seed: 8).bytes($0) }
        let folder = try ledger.place.folder("files")
        let epoch = try EpochKey.create(in: folder, keyEncryptionKey: TestLedger.keyEncryptionKey, random: random)
        return try KeyStore(folder: folder, epoch: epoch, random: random)
    }

    @Test(arguments: Medium.allCases)
    func `each data key stands with its first entry, and with the one that destroyed it`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        #expect(
            try Self.uses(ledger) == [
                "tnt_w1/notes": LedgerTables.DataKeyUse(first: 7),
                "usr_1/profile": LedgerTables.DataKeyUse(first: 7),
                "usr_2/profile": LedgerTables.DataKeyUse(first: 15, destroyedAt: 16),
            ]
        )
        try ledger.write([TestLedger.keyDestroyed("usr_2/profile")])
        try ledger.write([TestLedger.keyDestroyed("usr_3/profile")])
        #expect(try Self.uses(ledger)["usr_2/profile"] == LedgerTables.DataKeyUse(first: 15, destroyedAt: 16))
        #expect(try Self.uses(ledger)["usr_3/profile"] == LedgerTables.DataKeyUse(first: 21, destroyedAt: 21))
        try ledger.sign()
        #expect(ledger.verify().problems == [])
    }

    @Test(arguments: Medium.allCases)
    func `a ledger from before there was the table gets the same one`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        let before = try Self.uses(ledger)
        let table = try #require(ledger.tables.dataKeys)
        try ledger.tamper { transaction in
            for key in before.keys { try transaction.delete(table, Array(key.utf8)) }
            try transaction.delete(table, Self.wholeness)
        }
        #expect(try !ledger.tables.hasDataKeys())
        #expect(try Self.uses(ledger) == before, "they are learned from the entries")
        #expect(ledger.verify().problems == [], "what is made at the next start is no loss")
        try ledger.tables.makeDataKeys()
        #expect(try ledger.tables.hasDataKeys() && Self.uses(ledger) == before)
        #expect(ledger.verify().problems == [])
        // It is made once: what stands there is compared, not replaced.
        try ledger.tamper { _ = try $0.delete(table, Array(Self.profile.utf8)) }
        try ledger.tables.makeDataKeys()
        #expect(ledger.verify().problems.map(\.index) == [7])
    }

    @Test func `a first use that retention removed is no fault, any other place is`() throws {
        let ledger = try RetentionTests.ledger()
        for index in 1...6 as ClosedRange<UInt64> { try ledger.remove(index, by: 11) }
        let table = try #require(ledger.tables.dataKeys)
        for (first, problems) in [(UInt64(3), 0), (12, 1)] {
            var transaction = try ledger.tables.environment.beginWrite()
            try transaction.put(table, Self.wholeness, [])
            try transaction.put(table, Array("app_svc/traces".utf8), first.key)
            try transaction.commit()
            #expect(ledger.verify().problems.count == problems)
        }
    }

    @Test func `what the key store lacks is named, tombstones are no loss`() throws {
        let ledger = try TestLedger.populated()
        #expect(try Self.missing(ledger, ledger.keys) == [])
        let empty = try Self.emptyStore(ledger)
        #expect(try Self.missing(ledger, empty) == ["tnt_w1/notes", Self.profile])
        try ledger.keys.destroy(KeyName.data(Self.profile))
        #expect(try Self.missing(ledger, ledger.keys) == [])
        let quick = Verification.Options(isQuick: true)
        let report = Verification(tables: ledger.tables, keys: empty, anchor: ledger.anchor, options: quick).run()
        #expect(report.problems.map(\.index) == [7, 7])
    }

    @Test func `what entries destroyed is destroyed again`() throws {
        let ledger = try TestLedger.populated()
        try ledger.write([TestLedger.keyDestroyed(Self.profile)])
        let name = KeyName.data(Self.profile)
        #expect(try ledger.keys.difference(from: ledger.tables).back == [name])
        ledger.keys.condemn([name])
        #expect(try ledger.keys.isDestroyed(name) && ledger.keys.key(name) == nil, "it opens nothing from here on")
        #expect(try ledger.keys.names(prefix: name) == [name], "and is still there")
        try ledger.keys.destroy([name])
        #expect(try ledger.keys.names(prefix: name) == [])
        #expect(try ledger.keys.key(KeyName.data("tnt_w1/notes")) != nil)
        #expect(try ledger.keys.difference(from: ledger.tables).back == [])
    }

    @Test func `no new key takes the name of one that is missing`() throws {
        let ledger = try TestLedger.populated()
        let empty = try Self.emptyStore(ledger)
        let writer = try Self.writer(ledger, empty)
        let fault = #expect(throws: LedgerFault.self) {
            try writer.prepare([Self.sealing(Self.profile)], recordedAt: writer.time(wall: TestLedger.start))
        }
        #expect(fault?.kind == .keys && String(describing: fault).contains(Self.profile))
        #expect(try empty.key(KeyName.data(Self.profile)) == nil)
        _ = try writer.prepare([Self.sealing("usr_9/profile")], recordedAt: writer.time(wall: TestLedger.start))
    }

    @Test func `nothing is sealed under a key that an entry destroys, not even in the same commit`() throws {
        let ledger = try TestLedger.populated()
        let writer = ledger.writer
        // Made ready for this commit before it was destroyed.
        _ = try writer.prepare([Self.sealing(Self.profile)], recordedAt: writer.time(wall: TestLedger.start))
        _ = try writer.prepare(
            [TestLedger.keyDestroyed(Self.profile)],
            recordedAt: writer.time(wall: TestLedger.start)
        )
        #expect(throws: LedgerFault.self) {
            try writer.prepare([Self.sealing(Self.profile)], recordedAt: writer.time(wall: TestLedger.start))
        }
        try writer.commit().get()
        // The promise to destroy is not kept yet; the entry counts.
        #expect(try ledger.keys.key(KeyName.data(Self.profile)) != nil)
        #expect(throws: LedgerFault.self) { try ledger.write([Self.sealing(Self.profile)]) }
    }

    @Test func `a destruction that was taken back forbids nothing`() throws {
        let ledger = try TestLedger.populated()
        _ = try ledger.writer.prepare(
            [TestLedger.keyDestroyed(Self.profile)],
            recordedAt: ledger.writer.time(wall: TestLedger.start)
        )
        ledger.writer.undo()
        try ledger.write([Self.sealing(Self.profile)])
        try ledger.sign()
        #expect(ledger.verify().problems == [])
    }
}
