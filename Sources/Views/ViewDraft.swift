import Identity
import OpenSSL
package import Storage
import Wire

/// The writer's changes to the views: what the entries of one commit make of them, command by command.
///
/// ``fold(_:)`` puts the rows of a command into a journal; ``keep()`` accepts them, ``undo()`` drops them. Kept rows
/// stay in memory until the commit, so a counter that five hundred commands move is written once.
///
/// Reading a row sees the command under way, then what was kept, then the disk. A scan sees what was kept: a decision
/// stands before the entries it makes, so it misses nothing.
///
/// Used on the writer's thread alone. Any error of `Storage` ends the draft: drop it. After `.mapFull`, which LMDB may
/// report as late as in the commit, nothing is lost but time: grow the environment, begin another draft, and fold again
/// from ``ViewStore/applied``. After any other failed commit `applied` says whether it was kept.
package final class ViewDraft: RowReader {
    package let store: ViewStore
    package let headsOf: HeadsOf
    package let ownScopes: [String]
    /// Decisions read the head.
    package var position: UInt64? { nil }
    /// What it changes.
    let parts: [ViewPart]
    private var writes = PartWrites()
    /// The part whose map had no room left, once one had none.
    package var fullPart: ViewPart? { writes.fullPart }

    /// What the transactions themselves hold.
    private var totals: [TableTotal]
    private var pending = DraftChanges()
    private var journal = DraftJournal()
    /// The index from which on the next entry must be.
    private var nextIndex: UInt64
    private var keptIndex: UInt64
    private var isMidCommand = false
    /// The chains in which this commit changes a resource or an edge, those of commands that were undone counted in.
    private var changedChains: Set<String> = []
    /// When the secrets that these entries proved were last used.
    var lastUses: [SecretID: Instant] = [:]
    /// The last of them: from one entry to the next it is mostly the same.
    var latestUse: (credential: String, moment: Instant)?
    /// The addresses that the entries of this commit show in clear.
    var clearAddresses: [String: BlindAddress] = [:]
    /// The last of them.
    var latestAddress: (ip: String, address: BlindAddress)?
    /// The keyed hashes of those that they seal.
    var blindAddresses: [String: [UInt8]] = [:]

    init(of store: ViewStore, _ parts: [ViewPart], heads: @escaping HeadsOf, ownScopes: [String]) throws {
        self.store = store
        self.parts = parts
        headsOf = heads
        self.ownScopes = ownScopes
        totals = ViewMark().totals
        (nextIndex, keptIndex) = (0, 0)
        for (place, part) in parts.enumerated() {
            let mark = try writes.begin(part, of: store)
            let size = mark.applied?.size ?? 0
            guard place == 0 || size == keptIndex else { throw ViewFault.outOfOrder(index: size) }
            (nextIndex, keptIndex) = (size, size)
            for table in part.tables { totals[table.rawValue] = mark.totals[table.rawValue] }
        }
    }

    /// Computes what one entry changes.
    ///
    /// - Throws: `Identity.Poison` for an entry that does not follow from those before it. The command is then undone.
    package func fold(_ entry: FoldedEntry) throws {
        // Where retention removed lines the next index is further on; it is never further back.
        guard entry.index >= nextIndex, isMidCommand || nextIndex == keptIndex else {
            throw ViewFault.outOfOrder(index: entry.index)
        }
        nextIndex = entry.index + 1
        // What is poisoned half-way stays unfinished, so that it cannot be kept.
        isMidCommand = true
        let actor = try entry.knownActor()
        for part in parts {
            switch part {
            case .state:
                if entry.type.changedKind != nil || entry.type.changedRelation != nil {
                    changedChains.insert(entry.chain)
                }
                try foldEffect(entry)
                try foldIdempotency(entry, by: actor)
                journal.lengthen(entry)
            case .audit:
                try eraseTerms(entry)
                try foldUse(entry)
                journal.note(entry, actor: actor.map(actorTerm), address: try addressTerm(entry))
            }
        }
        isMidCommand = !entry.endsCommand
    }

    /// Accepts the rows of the command that was folded last.
    package func keep() throws {
        guard !isMidCommand else { throw ViewFault.unfinishedCommand }
        while let (term, index) = pending.keep(&journal) {
            // Blocks that an erasure took out must be gone before the last one is looked for.
            if pending.rows.hasChanges(of: .terms) { try flush() }
            let last = try lastBlock(of: term, before: index)
            pending.terms.open(term, at: last)
        }
        keptIndex = nextIndex
    }

    /// Lets go of the transactions, so that an environment can grow or another draft begin.
    ///
    /// Nothing more is read or kept.
    package func abandon() { writes.abandon() }

    /// Drops what was folded since the last ``keep()``.
    package func undo() {
        journal.removeAll()
        nextIndex = keptIndex
        isMidCommand = false
        lastUses.removeAll()
        latestUse = nil
    }

    /// Writes what was kept, and with it how far the ledger is folded now.
    package func commit(applied: ViewStore.Applied) throws {
        guard nextIndex == keptIndex, !isMidCommand else { throw ViewFault.unfinishedCommand }
        guard applied.size >= keptIndex else { throw ViewFault.outOfOrder(index: applied.size) }
        try flush()
        for part in parts {
            let value = ViewMark.row(applied, totals, of: part)
            let row = value + BigEndian.bytes(store.seal.mark(value, of: part))
            try writes.put(part, store.marks(of: part), ViewMark.key, row)
        }
        // Whoever has read the state, and then asks the audit, finds there what the state has seen.
        for part in parts.reversed() {
            try writes.commit(part)
            if part == .audit { CrashPoint.betweenViews.pass() }
        }
    }

    package var size: UInt64 { keptIndex }

    /// Whether this commit has changed a resource or an edge in one of some chains: nobody else can read that yet.
    package func hasChanged(anyOf chains: Set<String>) -> Bool { !changedChains.isDisjoint(with: chains) }

    /// The sums of all tables after what was kept so far.
    package func attestation() throws -> ViewAttestation {
        try flush()
        return ViewAttestation(at: keptIndex, totals: totals)
    }
}

extension ViewDraft {
    package func lendRow(
        _ table: ViewTable,
        _ key: [UInt8],
        known: SealedRow?,
        _ body: (_ value: Span<UInt8>, _ seal: UInt64) throws -> Void,
    ) throws {
        // Terms, names and lengths are kept in forms of their own until they are written.
        let isKeptApart =
            table == .terms && !pending.terms.isEmpty || table == .entries && !pending.names.isEmpty
            || table == .lengths && !pending.lengths.isEmpty
        if isKeptApart { try flush() }
        if journal.rows.hasChanges(of: table) || pending.rows.hasChanges(of: table) {
            let wanted = RowKey(key, store.seal)
            if let change = journal.rows[table, wanted] ?? pending.rows[table, wanted] {
                guard let value = change.value else { return }
                return try body(value.span, store.seal.seal(table, key.span, value.span))
            }
        }
        try writes.lendRow(of: store, table, key, known: known, body)
    }

    package func scanRows(
        _ table: ViewTable,
        from: [UInt8]?,
        _ direction: ScanDirection,
        known: (_ key: Span<UInt8>) -> SealedRow?,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ seal: UInt64) throws -> Bool,
    ) throws {
        try flush()
        try writes.rows(of: store, table, from: from, direction, known: known, body)
    }

    func put(_ table: ViewTable, _ key: [UInt8], _ value: [UInt8]) {
        journal.rows[table, RowKey(key, store.seal)] = .put(value)
    }

    func delete(_ table: ViewTable, _ key: [UInt8]) {
        journal.rows[table, RowKey(key, store.seal)] = .delete
    }

    /// The rows of a table that the command under way has put, and that begin with a prefix.
    func journaled(_ table: ViewTable, prefix: [UInt8]) -> [(key: [UInt8], value: [UInt8])] {
        journal.rows.puts(of: table).filter { $0.key.starts(with: prefix) }
    }

    /// Whether a term has got kept entries since rows were last written.
    func isKept(_ term: Term) -> Bool { pending.terms.isOpen(term) }
}

extension ViewDraft {
    /// The last block of a term on disk; what is in memory is newer, so this reads the transaction past it.
    private func lastBlock(of term: Term, before index: UInt64) throws -> (number: UInt32, block: TermBlock)? {
        var found: (UInt32, TermBlock)?
        let start = term.key(block: .max)
        let prefix = start.dropLast(4)
        try writes.rows(of: store, .terms, from: start, .backward, known: { _ in nil }) { key, value, _ in
            guard key.count == start.count, key.begins(with: prefix) else { return false }
            let bytes = key.copied
            guard let block = TermBlock(value.copied), block.last < index else { throw self.damage(.terms, bytes) }
            found = (Term.block(ofKey: bytes), block)
            return false
        }
        return found
    }

    /// Writes what was kept into the transaction.
    private func flush() throws {
        for table in ViewTable.allCases where pending.rows.hasChanges(of: table) {
            for (key, change) in pending.rows.drain(table) {
                switch change {
                case .put(let value): try write(table, key, value)
                case .delete: try remove(table, key)
                }
            }
        }
        for length in pending.lengths.drain() { try write(.lengths, length.key, try self.length(after: length)) }
        for (key, value) in pending.terms.drain() { try write(.terms, key, value) }
        for name in pending.names.sorted() { try write(.entries, name.key, BigEndian.bytes(name.index)) }
        pending.names.removeAll(keepingCapacity: true)
    }

    private func write(_ table: ViewTable, _ key: [UInt8], _ value: [UInt8]) throws {
        let (place, part, seal) = (table.rawValue, table.part, store.seal.seal(table, key.span, value.span))
        var row: [UInt8] = []
        row.reserveCapacity(value.count + RowSeal.bytes)
        row += value
        row += BigEndian.bytes(seal)
        let stored = try store.table(table)
        if let old = try writes.add(part, stored, key, row) {
            guard let old = old.value else { throw damage(table, key) }
            // The very same row: LMDB would copy its page for nothing.
            if old == seal { return }
            totals[place].remove(old)
            try writes.put(part, stored, key, row)
        }
        totals[place].add(seal)
    }

    private func remove(_ table: ViewTable, _ key: [UInt8]) throws {
        let stored = try store.table(table)
        guard let old = try writes.seal(of: key, in: stored, table.part) else { return }
        guard let old = old.value else { throw damage(table, key) }
        totals[table.rawValue].remove(old)
        try writes.delete(table.part, stored, key)
    }
}
