import OpenSSL
package import Storage
package import Wire

/// Appends to the ledger: gives each entry its index, time, links and seals, and makes a run of commands durable at
/// once.
///
/// It belongs to the one writer thread. Commands are prepared in memory, one by one, and can each be taken back;
/// `commit` writes what was prepared in one synced transaction. Reading never goes through here.
package final class LedgerWriter {
    struct ChainKey: Hashable {
        let chain: String
        let `class`: Entry.Class

        // The chain alone tells enough: an enum of texts would hash its text too.
        func hash(into hasher: inout Hasher) { hasher.combine(chain) }
    }

    /// What taking back a command restores.
    private struct Mark {
        var count: Int
        var bytes: Int
        var range: CompactRange
        var last: Instant
    }

    /// What the command since the mark has changed, as it was before.
    private struct Before {
        var heads: [(ChainKey, LedgerTables.Head?)] = []
        /// Data keys made for this command and not yet written.
        var madeKeys: [String] = []
        var streams: [(String, LedgerTables.StreamHead?)] = []

        mutating func forget() {
            heads.removeAll(keepingCapacity: true)
            if !madeKeys.isEmpty { madeKeys.removeAll() }
            if !streams.isEmpty { streams.removeAll() }
        }
    }

    /// Heads are read once and remembered; past this many the memory is dropped and read again.
    private static let rememberedHeadsMax = 50_000
    /// So it is with data keys; a key that is made ready takes some three hundred bytes.
    private static let rememberedKeysMax = 4_096

    let tables: LedgerTables
    private let keys: KeyStore
    private let ledgerID: [UInt8]
    private let random: (Int) -> [UInt8]
    let witness: HeadWitness

    /// The right edge, prepared entries included.
    package private(set) var range: CompactRange
    /// The time of the last command, prepared ones included.
    package private(set) var lastRecordedAt: Instant
    package private(set) var prepared: [Prepared] = []
    var heads: [ChainKey: LedgerTables.Head] = [:]
    /// The chains whose stored heads were compared since they were forgotten last.
    var comparedChains: Set<String> = []
    private var streams: [String: LedgerTables.StreamHead] = [:]
    /// The data keys that were sealed under, each looked up, unwrapped and made ready once.
    ///
    /// What an entry destroys is gone from here when that entry is durable.
    private var segmentKeys: [String: SegmentKey] = [:]
    /// Data keys that prepared entries destroy, and which entry does.
    private var destroyed: [String: UInt64] = [:]
    /// Data keys that durable entries have destroyed, until ``takeDestroyed()``.
    private var toDestroy: [String] = []
    /// The hashes that the last leaf completed.
    private var completed: [Digest] = []
    private var mark: Mark?
    private var before = Before()
    /// What is on disk: where an abandoned run goes back to.
    private var durable: (range: CompactRange, last: Instant)

    package init(
        tables: LedgerTables,
        keys: KeyStore,
        ledgerID: [UInt8],
        range: CompactRange,
        lastRecordedAt: Instant,
        random: @escaping (Int) -> [UInt8],
        witness: HeadWitness = .none,
    ) {
        self.witness = witness
        self.tables = tables
        self.keys = keys
        self.ledgerID = ledgerID
        self.range = range
        self.lastRecordedAt = lastRecordedAt
        self.random = random
        durable = (range, lastRecordedAt)
    }

    /// The time that a command gets now: never before, and never the same as, the one before it.
    package func time(wall: Instant) -> Instant { max(wall, lastRecordedAt.adding(microseconds: 1)) }

    /// Prepares the entries of one command.
    ///
    /// - Parameter recordedAt: from `time(wall:)`, one value for the whole command.
    /// - Throws: `LedgerFault.tooLarge` past the format's bounds, `keys` when a data key was destroyed; nothing of the
    ///   command stays prepared then.
    package func prepare(_ entries: [PendingEntry], recordedAt: Instant) throws -> ArraySlice<Prepared> {
        precondition(recordedAt > lastRecordedAt, "recorded_at rises strictly from command to command")
        precondition((1...Entry.Batch.countMax).contains(entries.count), "a command makes 1 to 10,000 entries")
        let first = prepared.count
        mark = Mark(count: first, bytes: preparedBytes, range: range, last: lastRecordedAt)
        before.forget()
        do {
            for position in entries.indices {
                let batch = entries.count > 1 ? Entry.Batch(position: position + 1, count: entries.count) : nil
                prepared.append(try place(entries[position], batch, recordedAt))
            }
        } catch {
            undo()
            throw error
        }
        lastRecordedAt = recordedAt
        return prepared[first...]
    }

    /// Accepts the command that was prepared last: from here on only `abandon` gives it up, with all the others.
    package func accept() { mark = nil }

    /// Takes back the command that was prepared last, unless it was accepted.
    package func undo() {
        guard let mark else { return }
        prepared.removeSubrange(mark.count...)
        preparedBytes = mark.bytes
        range = mark.range
        lastRecordedAt = mark.last
        for name in before.madeKeys { keys.discardStaged(name) }
        if !before.madeKeys.isEmpty { segmentKeys.removeAll(keepingCapacity: true) }
        for (key, head) in before.heads.reversed() { heads[key] = head }
        for (stream, head) in before.streams.reversed() { streams[stream] = head }
        destroyed = destroyed.filter { $0.value < mark.range.size }
        self.mark = nil
    }

    /// Makes everything prepared durable, and what was staged for it before it.
    ///
    /// Of a failed commit nothing is known; only a full disk, which keeps what it took, is looked into. What is of the
    /// moment is said by us alone, as of a growth that long reads kept out, and always before anything is written: no
    /// commit reports it.
    ///
    /// - Parameters:
    ///   - answers: where the answers of these commands are staged.
    ///   - isFull: whether a fault means that the disk is full.
    package func commit(
        answers: AnswerStore? = nil,
        isFull: (StorageError) -> Bool = { $0.kind == .full },
    ) -> Appended {
        let run = Run(
            first: durable.range.size,
            size: range.size,
            root: range.root,
            entries: prepared,
            keys: keys.staged,
            answers: answers?.staged ?? []
        )
        guard !run.entries.isEmpty else { return .durable(run) }
        do {
            try answers?.write(run.answers, now: lastRecordedAt)
            do {
                try write(run)
            } catch let fault as StorageError where fault.kind == .mapFull {
                try tables.environment.grow(toBytes: tables.environment.mapBytes * 2)
                try write(run)
            }
        } catch let fault as StorageError where fault.isPassing {
            return .refused(fault)
        } catch let fault as StorageError where isFull(fault) {
            do {
                guard try isDurable() else { return .refused(fault) }
            } catch {
                return .unknown(error)
            }
        } catch {
            return .unknown(error)
        }
        markDurable()
        return .durable(run)
    }

    /// The keys first: no entry stands without those that it needs.
    private func write(_ run: Run) throws {
        CrashPoint.beforeKeys.pass()
        try keys.write(run.keys)
        CrashPoint.afterKeys.pass()
        try tables.write(run)
    }

    /// Whether what was prepared is on disk after all: a commit that failed has an unknown outcome until this is asked.
    private func isDurable() throws -> Bool {
        // Another history may be as long: its root tells.
        try tables.environment.readFromReserve { reader in
            try tables.size(reader) == range.size && tables.range(at: range.size, reader).root == range.root
        }
    }

    /// Records that the prepared entries are durable, after a commit that succeeded or was found to have succeeded.
    private func markDurable() {
        durable = (range, lastRecordedAt)
        if !destroyed.isEmpty {
            for key in destroyed.keys { segmentKeys[key] = nil }
            toDestroy += destroyed.keys.sorted { $0.bytesPrecede($1) }
        }
        if segmentKeys.count > Self.rememberedKeysMax { segmentKeys.removeAll() }
        forgetPrepared()
    }

    /// The data keys that entries which became durable since have destroyed: whoever commits keeps their promise.
    package func takeDestroyed() -> [String] {
        if toDestroy.isEmpty { return [] }
        defer { toDestroy.removeAll() }
        return toDestroy
    }

    /// Gives up everything prepared: the ledger goes on from what is on disk.
    package func abandon() {
        (range, lastRecordedAt) = durable
        forgetPrepared()
        forgetHeads()
        streams.removeAll()
        segmentKeys.removeAll()
        keys.discardStaged()
    }

    private func forgetPrepared() {
        prepared.removeAll(keepingCapacity: true)
        preparedBytes = 0
        destroyed.removeAll()
        mark = nil
        if heads.count > Self.rememberedHeadsMax { forgetHeads() }
        if streams.count > Self.rememberedHeadsMax { streams.removeAll() }
    }

    /// How much is prepared, for a bound on what goes into one commit.
    package private(set) var preparedBytes = 0

    private func place(_ pending: PendingEntry, _ batch: Entry.Batch?, _ recordedAt: Instant) throws -> Prepared {
        let key = ChainKey(chain: pending.chain, class: pending.class)
        let head = try head(pending.chain, pending.class)
        let (entry, segments) = try makeEntry(pending, batch, recordedAt, behind: head)
        if let key = entry.destroyedDataKey { destroyed[key] = destroyed[key] ?? entry.index }
        let bytes = entry.encoded
        guard bytes.count <= Entry.bytesMax else {
            throw LedgerFault.tooLarge("the entry would be \(bytes.count) bytes; at most \(Entry.bytesMax) are kept")
        }
        preparedBytes += bytes.count
        let leaf = MerkleTree.leaf(bytes)
        before.heads.append((key, head))
        heads[key] = LedgerTables.Head(sequence: entry.sequence, index: entry.index, leaf: leaf)
        return Prepared(
            entry: entry,
            bytes: bytes,
            leaf: leaf,
            hashes: complete(leaf),
            segments: segments,
            fields: pending.sealed.map(\.fields)
        )
    }

    private func makeEntry(
        _ pending: PendingEntry,
        _ batch: Entry.Batch?,
        _ recordedAt: Instant,
        behind head: LedgerTables.Head?,
    ) throws -> (Entry, segments: [[UInt8]]) {
        let id = Entry.identifier(random: random(16))
        var version: UInt64?
        if pending.class == .state, let stream = pending.stream {
            version = try nextVersion(of: stream, at: range.size)
        }
        let (items, rows) = try seal(pending.sealed)
        let entry = Entry(
            index: range.size,
            id: id,
            recordedAt: recordedAt,
            type: pending.type,
            schema: pending.schema,
            class: pending.class,
            result: pending.result,
            code: pending.code,
            batch: batch,
            cause: pending.cause,
            actor: pending.actor,
            chain: pending.chain,
            sequence: head.map { $0.sequence + 1 } ?? 0,
            previous: head?.leaf,
            stream: pending.stream,
            version: version,
            request: pending.request,
            data: pending.data,
            compensates: pending.compensates,
            sealed: items
        )
        return (entry, rows)
    }

    /// Puts a leaf into the tree, and returns the row of what it completes there.
    private func complete(_ leaf: Digest) -> [UInt8] {
        range.append(leaf, completing: &completed)
        var row: [UInt8] = []
        row.reserveCapacity(completed.count * Digest.count)
        for digest in completed { digest.append(to: &row) }
        return row
    }

    private func nextVersion(of stream: String, at index: UInt64) throws -> UInt64 {
        let present = try streams[stream] ?? comparedHead(of: stream)
        let next = LedgerTables.StreamHead(version: (present?.version ?? 0) + 1, index: index)
        before.streams.append((stream, streams[stream]))
        streams[stream] = next
        return next.version
    }

    private func seal(_ parts: [PendingEntry.Sealed]) throws -> (items: [Entry.SealedItem], rows: [[UInt8]]) {
        guard parts.count <= Segment.countMax else {
            throw LedgerFault.tooLarge("an entry has at most \(Segment.countMax) sealed segments")
        }
        var (items, rows): ([Entry.SealedItem], [[UInt8]]) = ([], [])
        for part in parts {
            let plaintext = Segment.plaintext(salt: random(Segment.saltBytes), fields: part.fields)
            guard plaintext.count <= Segment.plaintextBytesMax else {
                throw LedgerFault.tooLarge("a sealed segment has at most \(Segment.plaintextBytesMax) bytes")
            }
            let key = try segmentKey(part.key)
            let commitment = Segment.commitment(plaintext)
            items.append(
                Entry.SealedItem(
                    subject: part.subject,
                    key: part.key,
                    fields: part.fields.map(\.name).sorted { $0.utf16Precedes($1) },
                    commitment: commitment
                )
            )
            rows.append(key.seal(plaintext, subject: part.subject, commitment: commitment))
        }
        return (items, rows)
    }

    private func segmentKey(_ id: String) throws -> SegmentKey {
        if let known = segmentKeys[id], destroyed[id] == nil { return known }
        let key = SegmentKey(try dataKey(id), ledger: ledgerID)
        segmentKeys[id] = key
        return key
    }

    /// The key to seal under; one is made only for a name that no entry has.
    private func dataKey(_ id: String) throws -> [UInt8] {
        let name = KeyName.data(id)
        let use = try tables.environment.readFromReserve { try tables.comparedDataKeyUse(id, $0) }
        guard use?.destroyedAt == nil, destroyed[id] == nil, !keys.isDestroyed(name) else {
            throw LedgerFault.keys("the data key \(id) was destroyed")
        }
        let isHeld = keys.holds(name)
        guard isHeld || use == nil, let key = try keys.dataKey(name) else {
            throw LedgerFault.keys("the data key \(id) is missing; put it back with: muniment keys restore")
        }
        if !isHeld { before.madeKeys.append(name) }
        return key
    }
}

extension KeyStore {
    /// The fields of a sealed row; `nil` when its key is gone or not at hand.
    ///
    /// - Throws: `LedgerFault.keys` when the key is damaged.
    package func open(_ row: [UInt8], as item: Entry.SealedItem, ledger: [UInt8]) throws -> Members? {
        guard let key = try key(KeyName.data(item.key)) else { return nil }
        return Segment.open(row, subject: item.subject, commitment: item.commitment, ledger: ledger, dataKey: key)
            .flatMap(Segment.fields)
    }
}
