import EventLog
import OpenSSL
import Storage
import Testing
import Wire

/// What the writer makes of pending entries: places, links, times, seals; and that what is taken back leaves nothing.
struct LedgerWriterTests {
    @Test(arguments: Medium.allCases)
    func `entries get index, chain, version and time, and are found again`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        var heads: [String: (sequence: UInt64, leaf: Digest)] = [:]
        var versions: [String: UInt64] = [:]
        var last = Instant.earliest
        for index in 0..<ledger.size {
            let bytes = try ledger.bytes(index)
            let entry = try Entry(decoding: bytes)
            #expect(entry.encoded == bytes)
            #expect(entry.index == index)
            let place = "\(entry.chain)/\(entry.class)"
            #expect(entry.sequence == heads[place].map { $0.sequence + 1 } ?? 0)
            #expect(entry.previous == heads[place]?.leaf)
            heads[place] = (entry.sequence, MerkleTree.leaf(bytes))
            if entry.class == .state, let stream = entry.stream {
                versions[stream, default: 0] += 1
                #expect(entry.version == versions[stream])
            } else {
                #expect(entry.version == nil)
            }
            let isNewCommand = entry.batch.map { $0.position == 1 } ?? true
            #expect(isNewCommand ? entry.recordedAt > last : entry.recordedAt == last, "entry \(index)")
            last = entry.recordedAt
        }
        #expect(heads.count == 4)
        #expect(versions["tnt_w1"] == 2)
    }

    @Test(arguments: Medium.allCases)
    func `what was committed opens with the same edge and time`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        try ledger.write([TestLedger.tokenIssued(50)])
        try ledger.write([TestLedger.tokenIssued(51)])
        try ledger.hint()
        let opening = try ledger.open()
        #expect(opening.range == ledger.writer.range)
        #expect(opening.lastRecordedAt == ledger.writer.lastRecordedAt)
        #expect(opening.identity == ledger.identity)
        #expect(opening.anchored?.size == 20)
        #expect(opening.checkpointKeys.verifiers == [ledger.identity.verifierKey])
    }

    @Test func `a batch names its parts, and a single entry no batch`() throws {
        let ledger = try TestLedger.populated()
        let batches = try (0..<ledger.size).map { try Entry(decoding: ledger.bytes($0)).batch }
        #expect(batches[0] == nil)
        #expect(batches[1] == Entry.Batch(position: 1, count: 2))
        #expect(batches[2] == Entry.Batch(position: 2, count: 2))
        #expect(batches[10...13].map { $0?.position } == [1, 2, 3, 4])
        #expect(batches[14] == nil)
    }

    @Test func `time never goes back, though the wall clock does`() throws {
        let ledger = try TestLedger()
        #expect(ledger.writer.time(wall: TestLedger.start) == TestLedger.start.adding(microseconds: 1))
        let behind = TestLedger.start.adding(seconds: -3_600)
        try ledger.write([TestLedger.tokenIssued(1)], wall: behind)
        #expect(ledger.writer.lastRecordedAt == TestLedger.start.adding(microseconds: 1))
        let ahead = TestLedger.start.adding(seconds: 10)
        try ledger.write([TestLedger.tokenIssued(2)], wall: ahead)
        #expect(ledger.writer.lastRecordedAt == ahead)
        try ledger.write([TestLedger.tokenIssued(3)], wall: ahead)
        #expect(ledger.writer.lastRecordedAt == ahead.adding(microseconds: 1))
    }

    /// What could make the next entries differ.
    enum Undone: CaseIterable {
        case oneEntry, newChain, batch, newStream, newDataKey, tooLargeAtTheEnd
    }

    @Test(arguments: Undone.allCases, [1, 2, 3] as [UInt64])
    func `a command that was taken back leaves nothing`(_ undone: Undone, seed: UInt64) throws {
        let (ledger, other) = (try TestLedger.populated(seed: seed), try TestLedger.populated(seed: seed))
        _ = try ledger.writer.prepare([TestLedger.tokenIssued(99)], recordedAt: ledger.writer.time(wall: .earliest))
        _ = try other.writer.prepare([TestLedger.tokenIssued(99)], recordedAt: other.writer.time(wall: .earliest))
        let (position, range) = (ledger.random.position, ledger.writer.range)
        let bytes = ledger.writer.preparedBytes
        let pendingEntries: [PendingEntry] =
            switch undone {
            case .oneEntry: [TestLedger.tokenIssued(100)]
            case .newChain: TestLedger.tenantCreated("tnt_new", in: "prt_k9")
            case .batch: (0..<50).map { TestLedger.tokenIssued($0, chain: "tnt_w1") }
            case .newStream:
                [TestLedger.tenantUpdated("tnt_w1", name: "x"), TestLedger.tenantUpdated("tnt_w1", name: "y")]
            case .newDataKey: [TestLedger.userCreated("usr_9", in: "tnt_w1")]
            case .tooLargeAtTheEnd:
                [
                    TestLedger.userCreated("usr_9", in: "tnt_w1"),
                    TestLedger.tenantUpdated("tnt_w1", name: String(repeating: "x", count: 70_000)),
                ]
            }
        let time = ledger.writer.time(wall: .earliest)
        if undone == .tooLargeAtTheEnd {
            #expect(throws: LedgerFault.self) { try ledger.writer.prepare(pendingEntries, recordedAt: time) }
        } else {
            _ = try ledger.writer.prepare(pendingEntries, recordedAt: time)
            ledger.writer.undo()
        }
        #expect(ledger.writer.range == range)
        #expect(ledger.writer.prepared.count == 1)
        #expect(ledger.writer.preparedBytes == bytes)
        ledger.random.position = position
        for ledger in [ledger, other] {
            try ledger.write([TestLedger.userCreated("usr_9", in: "tnt_w1")])
            try ledger.write(TestLedger.tenantCreated("tnt_new", in: "prt_k9"))
            try ledger.write([TestLedger.tenantUpdated("tnt_w1", name: "z")])
            try ledger.sign()
        }
        #expect(ledger.writer.range == other.writer.range, "seed \(seed)")
        #expect(ledger.verify().problems == [])
        #expect(try ledger.keys.names(prefix: "") == other.keys.names(prefix: ""))
    }

    @Test func `what passes the bounds is refused, and the ledger goes on`() throws {
        let ledger = try TestLedger.populated()
        let range = ledger.writer.range
        let parts = (0...Segment.countMax).map {
            PendingEntry.Sealed(subject: "tnt_w1", key: "tnt_w1/notes", fields: ["reason": .string("\($0)")])
        }
        let long = JSON.string(String(repeating: "x", count: Segment.plaintextBytesMax))
        let pendingEntries = [
            PendingEntry(type: "tenant.updated", class: .state, chain: "tnt_w1", stream: "tnt_w1", sealed: parts),
            PendingEntry(
                type: "tenant.updated",
                class: .state,
                chain: "tnt_w1",
                stream: "tnt_w1",
                sealed: [PendingEntry.Sealed(subject: "tnt_w1", key: "tnt_w1/notes", fields: ["reason": long])]
            ),
            TestLedger.tenantUpdated("tnt_w1", name: String(repeating: "x", count: Entry.bytesMax)),
        ]
        for pending in pendingEntries {
            let error = #expect(throws: LedgerFault.self) {
                try ledger.writer.prepare([pending], recordedAt: ledger.writer.time(wall: .earliest))
            }
            #expect(error?.kind == .tooLarge)
        }
        #expect(ledger.writer.range == range)
        try ledger.write([TestLedger.tokenIssued(20)])
        try ledger.sign()
        #expect(ledger.verify().problems == [])
    }

    @Test(arguments: Medium.allCases)
    func `sealed segments open again, and name their fields in canonical order`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        let entry = try Entry(decoding: ledger.bytes(7))
        #expect(entry.sealed.map(\.fields) == [["email", "first_name"], ["reason"]])
        let row = try #require(try ledger.tables.environment.read { try ledger.tables.segment(7, 0, $0) })
        let item = entry.sealed[0]
        let opened = Segment.open(
            row,
            subject: item.subject,
            commitment: item.commitment,
            ledger: ledger.identity.id,
            dataKey: try #require(try ledger.keys.key(KeyName.data("usr_1/profile")))
        )
        #expect(opened.flatMap(Segment.fields)?["email"] == "zoe@example.com")
        #expect(String(decoding: try ledger.bytes(7), as: UTF8.self).contains("zoe") == false)
    }

    @Test func `nothing is sealed under a destroyed key`() throws {
        let ledger = try TestLedger.populated()
        let pending = TestLedger.userCreated("usr_2", in: "tnt_w1")
        let range = ledger.writer.range
        let error = #expect(throws: LedgerFault.self) {
            try ledger.writer.prepare([pending], recordedAt: ledger.writer.time(wall: .earliest))
        }
        #expect(error?.kind == .keys)
        #expect(ledger.writer.range == range)
    }

    @Test func `a run given up goes on from what is on disk`() throws {
        let ledger = try TestLedger.populated()
        let range = ledger.writer.range
        for number in 0..<3 {
            _ = try ledger.writer.prepare(
                [TestLedger.userCreated("usr_a\(number)", in: "tnt_w1")],
                recordedAt: ledger.writer.time(wall: .earliest)
            )
        }
        ledger.writer.abandon()
        #expect(ledger.writer.range == range)
        try ledger.write([TestLedger.userCreated("usr_a1", in: "tnt_w1")])
        try ledger.sign()
        #expect(ledger.verify().problems == [])
    }

    @Test(arguments: [Fault.denied, .keptButDenied, .full, .powerCut], 1...20 as ClosedRange<UInt64>)
    func `after a commit that failed, the ledger opens with it whole or without it`(_ fault: Fault, seed: UInt64) throws
    {
        let ledger = try TestLedger.populated(seed: seed)
        let (before, disk) = (ledger.writer.range, ledger.place.disk)
        let distance = 1 + ledger.random.below(6)
        disk.plan(fault, at: disk.operations + distance)
        _ = try ledger.writer.prepare(
            [TestLedger.userCreated("usr_f", in: "tnt_w1"), TestLedger.tenantUpdated("tnt_w1", name: "f")].map {
                pending in
                var pending = pending
                pending.request = TestLedger.request("req_f", "users.create")
                return pending
            },
            recordedAt: ledger.writer.time(wall: .earliest)
        )
        let after = ledger.writer.range
        let failed = (try? ledger.writer.commit().get()) == nil
        disk.crash()
        let tables = try LedgerTables(try Environment(simulated: disk, name: "ledger"))
        let anchor = Anchor(folder: try SmallFiles(simulated: disk, prefix: "anchor"))
        let range = try Opening(tables: tables, anchor: anchor).range
        #expect(range == after || (failed && range == before), "seed \(seed), \(disk.faultsMet)")
        let report = Verification(tables: tables, keys: nil, anchor: anchor).run()
        #expect(report.problems == [], "seed \(seed), \(disk.faultsMet)")
    }

    /// Found by the simulation: a flipped bit in a head ended the process that wanted to write it down.
    @Test func `a head with a number that no entry can bear is damage, and ends nobody`() throws {
        let ledger = try TestLedger.populated(.simulated)
        let (tables, chain, stream) = (ledger.tables, Array("platform".utf8) + [0] + Array("state".utf8), "tnt_w1")
        var write = try tables.environment.beginWrite()
        for (table, key) in [(tables.chains, chain), (tables.streams, Array(stream.utf8))] {
            var row = try #require(
                try tables.environment.read { (reader) throws(StorageError) in try reader.get(table, key) }
            )
            row[0] ^= 0x80
            try write.put(table, key, row)
        }
        try write.commit()
        #expect(throws: LedgerFault.self) { try tables.environment.read { try tables.head("platform", .state, $0) } }
        #expect(throws: LedgerFault.self) { try tables.environment.read { try tables.head(of: stream, $0) } }
    }
}
