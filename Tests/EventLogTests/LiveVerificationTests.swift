import EventLog
import Storage
import Synchronization
import Testing
import Wire

/// Verification beside a writer that goes on writing.
struct LiveVerificationTests {
    /// A clock that goes on by a second whenever it is looked at, under limits that ordinary reads pass at once.
    private static func hurry(_ environment: Environment, atLength seconds: Int64) {
        let now = Atomic<Int64>(0)
        environment.limitReads(
            to: ReadLimit(microsecondsMax: 0, atLengthMicrosecondsMax: seconds * 1_000_000) {
                now.add(1_000_000, ordering: .relaxed).newValue
            }
        )
    }

    /// A key store as a reader beside the owner opens it.
    private static func reader(_ ledger: TestLedger) throws -> KeyStore {
        let folder = try ledger.place.folder("keys", .readOnly)
        let epoch = try EpochKey.open(in: folder, keyEncryptionKey: TestLedger.keyEncryptionKey)
        return try KeyStore(folder: folder, epoch: epoch, random: { _ in [] })
    }

    @Test(arguments: Medium.allCases)
    func `a machine that sleeps within a read is no damage to the ledger`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        Self.hurry(ledger.tables.environment, atLength: 3_600)
        #expect(throws: StorageError.self) { try ledger.tables.environment.read { try ledger.tables.size($0) } }
        let report = ledger.verify()
        #expect(report.problems == [] && report.entries == 20)
    }

    @Test func `nor are two entries of one id, when the second reading comes to them, lost to sleep`() throws {
        var forged = try ForgedLedger()
        try forged.add(TestLedger.partnerCreated("prt_k9")[0])
        let twice = { (entry: inout Entry) in entry.id = Entry.identifier(random: [UInt8](repeating: 5, count: 16)) }
        try forged.add(TestLedger.tokenIssued(1), twice)
        try forged.add(TestLedger.tokenIssued(2), twice)
        try forged.sign()
        Self.hurry(forged.tables.environment, atLength: 3_600)
        #expect(forged.verify().problems.map(\.what) == ["the entry has the id of entry 2"])
    }

    @Test func `a share of the identifiers finds its own repetitions, and every turn another share`() throws {
        var forged = try ForgedLedger()
        try forged.add(TestLedger.partnerCreated("prt_k9")[0])
        let pairs = 64
        for number in 0..<2 * pairs {
            let first = UInt8(number % pairs)
            try forged.add(TestLedger.tokenIssued(number)) { entry in
                entry.id = Entry.identifier(random: [first] + [UInt8](repeating: 5, count: 15))
            }
        }
        try forged.sign()
        let all = Set(forged.verify().problems.map(\.what))
        #expect(all.count == pairs)
        var found: Set<String> = []
        for turn in UInt64(0)..<256 {
            let options = Verification.Options(identifiers: .init(count: 16, turn: turn))
            let problems = Set(forged.verify(options).problems.map(\.what))
            #expect(problems.count < pairs / 2, "turn \(turn) kept more than its share")
            found.formUnion(problems)
        }
        #expect(found == all)
    }

    @Test func `whoever verifies beside others rests between the parts, and not behind the last one`() throws {
        let rests = Atomic<Int>(0)
        let options = Verification.Options(rest: { rests.add(1, ordering: .relaxed) })
        var forged = try ForgedLedger()
        try forged.add(TestLedger.partnerCreated("prt_k9")[0])
        try forged.sign()
        #expect(forged.verify(options).isOK && rests.load(ordering: .relaxed) == 0)
        // More than is read in one go.
        for number in 0..<9_000 { try forged.add(TestLedger.tokenIssued(number)) }
        try forged.sign()
        #expect(forged.verify(options).isOK && rests.load(ordering: .relaxed) > 0)
    }

    @Test func `a ledger that cannot be read to its end at the moment is not called altered`() throws {
        let ledger = try TestLedger.populated()
        Self.hurry(ledger.tables.environment, atLength: 0)
        let report = ledger.verify()
        #expect(!report.isOK && report.isUnread, "\(report.problems)")
        #expect(report.problems.first?.what.hasPrefix("the ledger cannot be read further") == true)
        let other = try TestLedger.populated()
        #expect(!other.verify().isUnread)
        try OpeningTests.alter(other, other.tables.hashes, UInt64(15).key, at: 0)
        #expect(!other.verify().isUnread)
    }

    @Test(arguments: Medium.allCases)
    func `a key that was made since the key store was opened is none that is missing`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        let stores = [try Self.reader(ledger), try Self.reader(ledger), try Self.reader(ledger)]
        try ledger.write([TestLedger.userCreated("usr_new", in: "tnt_w1")])
        try ledger.sign()
        for (keys, isQuick) in zip(stores, [false, true]) {
            let options = Verification.Options(isQuick: isQuick)
            let report = Verification(tables: ledger.tables, keys: keys, anchor: ledger.anchor, options: options).run()
            #expect(report.problems == [])
            #expect(isQuick || report.opened == 5)
        }
        // One that is not there either is missing all the same, and a destroyed one is destroyed.
        let table = try #require(ledger.tables.dataKeys)
        try ledger.tamper { try $0.put(table, Array("usr_gone/profile".utf8), UInt64(5).key) }
        #expect(try stores[2].difference(from: ledger.tables).missing.map(\.key) == ["usr_gone/profile"])
        try ledger.keys.destroy(KeyName.data("usr_new/profile"))
        #expect(try stores[2].key(KeyName.data("usr_gone/profile")) == nil)
        #expect(stores[2].isDestroyed(KeyName.data("usr_new/profile")))
    }

    /// What the writer's thread tells.
    final class Shared: Sendable {
        let isDone = Atomic(false)
        let failure = Mutex<String?>(nil)
    }

    @Test(arguments: Medium.allCases)
    func `a ledger that grows while it is verified is fine`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        let (tables, keys, anchor, id) = (ledger.tables, ledger.keys, ledger.anchor, ledger.identity.id)
        let (range, last) = (ledger.writer.range, ledger.writer.lastRecordedAt)
        let thread = PinnedThread(name: "writer")
        let shared = Shared()
        try thread.start {
            let random = Seeded(seed: 4)
            let writer = LedgerWriter(
                tables: tables,
                keys: keys,
                ledgerID: id,
                range: range,
                lastRecordedAt: last,
                random: { random.bytes($0) }
            )
            do {
                for number in 0..<3_000 {
                    let pendingEntries = [
                        TestLedger.tokenIssued(number), TestLedger.tenantUpdated("tnt_w1", name: "\(number)"),
                        TestLedger.userCreated("usr_n\(number)", in: "tnt_w1"),
                    ]
                    for pending in pendingEntries {
                        _ = try writer.prepare([pending], recordedAt: writer.time(wall: .earliest))
                    }
                    if number % 10 == 0 { try writer.commit().get() }
                }
                try writer.commit().get()
            } catch {
                shared.failure.withLock { $0 = "\(error)" }
            }
            shared.isDone.store(true, ordering: .releasing)
        }
        var sizes: [UInt64] = []
        let quick = Verification.Options(isQuick: true)
        while !shared.isDone.load(ordering: .acquiring) {
            let report = Verification(tables: tables, keys: keys, anchor: anchor).run()
            #expect(report.problems == [])
            sizes.append(report.entries)
            for anchor in [anchor, nil] {
                let report = Verification(tables: tables, keys: keys, anchor: anchor, options: quick).run()
                #expect(report.problems == [])
                sizes.append(report.entries)
            }
        }
        thread.join()
        #expect(shared.failure.withLock { $0 } == nil)
        #expect(sizes == sizes.sorted())
        let report = Verification(tables: tables, keys: keys, anchor: anchor).run()
        #expect(report.isOK && report.entries == 9_020)
    }
}
