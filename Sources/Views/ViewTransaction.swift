import Identity
import OpenSSL
package import Storage
import Wire

/// One write transaction over the views: what the entries of one commit change in them, command by command.
///
/// ``fold(_:)`` computes the rows that an entry changes. Those of the present command stand in a journal, until
/// ``accept()`` accepts them or ``undo()`` drops them. Accepted rows stay in memory until the commit, so that a counter
/// that five hundred commands change is written once.
///
/// A lookup of one row sees the present command's changes first, then the accepted ones, then the disk. A scan sees the
/// accepted ones and the disk only. That is enough for a decision, which is made before the entries of its command are;
/// what is folded asks ``journaled(_:prefix:)`` besides.
///
/// Only the writer's thread uses it. After any error of `Storage` it cannot be used further. After `.mapFull`, which
/// LMDB may report as late as in the commit, nothing is lost: let go of it, enlarge the environment, begin another, and
/// fold again from ``ViewStore/applied``. After any other failed commit `applied` tells whether it has taken place.
package final class ViewTransaction: RowReader {
    package let store: ViewStore
    package let headsOf: HeadsOf
    package let ownScopes: [String]
    /// The position that readers see: always the head, for decisions are made on the newest state.
    package var position: UInt64? { nil }
    /// The parts of the views that it changes; rows of another part are neither read nor written.
    let parts: [ViewPart]
    private var writes = PartWrites()
    /// The part whose memory map was full, once a write has failed for that.
    package var fullPart: ViewPart? { writes.fullPart }

    /// For each table the number of its rows and their sum, as they stand in the open transactions.
    private var totals: [TableTotal]
    private var pending = AcceptedChanges()
    private var journal = CommandJournal()
    /// The smallest index that the next entry may have.
    private var nextIndex: UInt64
    /// The same after the last command that was accepted.
    private var acceptedIndex: UInt64
    /// Whether a command's last entry is still to come.
    private var isMidCommand = false
    /// The chains in which this commit changes a resource or an edge.
    ///
    /// Chains of commands that were undone stay in it: it may name too many, never too few.
    private var changedChains: Set<String> = []
    /// When each secret that these entries prove was last used.
    var lastUses: [SecretID: Instant] = [:]
    /// The credential of the entry before and its moment; most entries have the same one as the entry before.
    var latestUse: (credential: String, moment: Instant)?
    /// The addresses that the entries of this commit show in clear.
    var clearAddresses: [String: BlindAddress] = [:]
    /// The address of the entry before; most entries have the same one as the entry before.
    var latestAddress: (ip: String, address: BlindAddress)?
    /// The keyed hashes of the addresses that the entries of this commit seal, by the address.
    var blindAddresses: [String: [UInt8]] = [:]

    init(of store: ViewStore, _ parts: [ViewPart], heads: @escaping HeadsOf, ownScopes: [String]) throws {
        self.store = store
        self.parts = parts
        headsOf = heads
        self.ownScopes = ownScopes
        totals = ViewMark().totals
        (nextIndex, acceptedIndex) = (0, 0)
        for (place, part) in parts.enumerated() {
            let mark = try writes.begin(part, of: store)
            let size = mark.applied?.size ?? 0
            guard place == 0 || size == acceptedIndex else { throw ViewFault.outOfOrder(index: size) }
            (nextIndex, acceptedIndex) = (size, size)
            for table in part.tables { totals[table.rawValue] = mark.totals[table.rawValue] }
        }
    }

    /// Computes the rows that one entry changes, and puts them into the journal of the present command.
    ///
    /// - Throws: `Identity.Poison` for an entry that contradicts those before it; ``ViewFault/outOfOrder(index:)`` for
    ///   one that does not come next. The caller then calls ``undo()``: an unfinished command cannot be accepted.
    package func fold(_ entry: FoldedEntry) throws {
        // Where retention removed lines the next index is further on; it is never further back.
        guard entry.index >= nextIndex, isMidCommand || nextIndex == acceptedIndex else {
            throw ViewFault.outOfOrder(index: entry.index)
        }
        nextIndex = entry.index + 1
        // Set before anything can throw: a command of which one entry failed stays unfinished and cannot be accepted.
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
                journal.addTerms(of: entry, actor: actor.map(actorTerm), address: try addressTerm(entry))
            }
        }
        isMidCommand = !entry.endsCommand
    }

    /// Accepts the rows of the command whose entries were folded since the last call.
    ///
    /// - Throws: ``ViewFault/unfinishedCommand`` when the last entry of the command was not folded.
    package func accept() throws {
        guard !isMidCommand else { throw ViewFault.unfinishedCommand }
        while let (term, index) = pending.accept(&journal) {
            // Where an erasure removed blocks of terms, they must be gone before the last block is searched.
            if pending.rows.hasChanges(of: .terms) { try flush() }
            let last = try lastBlock(of: term, before: index)
            pending.terms.open(term, at: last)
        }
        acceptedIndex = nextIndex
    }

    /// Ends the transactions without writing, so that an environment can grow or another one begin.
    ///
    /// Every later call that reads or writes throws ``ViewFault/ended``.
    package func abandon() { writes.abandon() }

    /// Drops the rows of everything that was folded since the last ``accept()``.
    package func undo() {
        journal.removeAll()
        nextIndex = acceptedIndex
        isMidCommand = false
        lastUses.removeAll()
        latestUse = nil
    }

    /// Writes the accepted rows and the mark of each part, and commits the transactions.
    ///
    /// - Parameter applied: the ledger's size and root after the last accepted entry, which the mark will say.
    /// - Throws: ``ViewFault/unfinishedCommand`` when rows wait for ``accept()`` or ``undo()``; errors of `Storage`,
    ///   after which one part may be committed and the other not.
    package func commit(applied: ViewStore.Applied) throws {
        guard nextIndex == acceptedIndex, !isMidCommand else { throw ViewFault.unfinishedCommand }
        guard applied.size >= acceptedIndex else { throw ViewFault.outOfOrder(index: applied.size) }
        try flush()
        for part in parts {
            let value = ViewMark.row(applied, totals, of: part)
            let row = value + BigEndian.bytes(store.rowTag.mark(value, of: part))
            try writes.put(part, store.marks(of: part), ViewMark.key, row)
        }
        // The audit first: a reader who sees an entry's effect in the state then finds the entry in the audit.
        for part in parts.reversed() {
            try writes.commit(part)
            if part == .audit { CrashPoint.betweenViews.pass() }
        }
    }

    /// The number of ledger entries that the accepted commands reach up to.
    package var size: UInt64 { acceptedIndex }

    /// Whether this commit changes a resource or an edge in one of these chains.
    ///
    /// Such a change is visible to this transaction and, until it is committed, to no other reader.
    package func hasChanged(anyOf chains: Set<String>) -> Bool { !changedChains.isDisjoint(with: chains) }

    /// The sums and row counts of all tables, the accepted commands included.
    package func attestation() throws -> ViewAttestation {
        try flush()
        return ViewAttestation(at: acceptedIndex, totals: totals)
    }
}

extension ViewTransaction {
    package func lendRow(
        _ table: ViewTable,
        _ key: [UInt8],
        known: TaggedRow?,
        _ body: (_ value: Span<UInt8>, _ tag: UInt64) throws -> Void,
    ) throws {
        // Changes of terms, names and lengths wait in memory in other forms than rows: they are written first.
        let isKeptApart =
            table == .terms && !pending.terms.isEmpty || table == .entries && !pending.names.isEmpty
            || table == .lengths && !pending.lengths.isEmpty
        if isKeptApart { try flush() }
        if journal.rows.hasChanges(of: table) || pending.rows.hasChanges(of: table) {
            let wanted = RowKey(key, store.rowTag)
            if let change = journal.rows[table, wanted] ?? pending.rows[table, wanted] {
                guard let value = change.value else { return }
                return try body(value.span, store.rowTag.tag(table, key.span, value.span))
            }
        }
        try writes.lendRow(of: store, table, key, known: known, body)
    }

    package func scanRows(
        _ table: ViewTable,
        from: [UInt8]?,
        _ direction: ScanDirection,
        known: (_ key: Span<UInt8>) -> TaggedRow?,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ tag: UInt64) throws -> Bool,
    ) throws {
        try flush()
        try writes.rows(of: store, table, from: from, direction, known: known, body)
    }

    /// Sets a row in the journal of the present command.
    func put(_ table: ViewTable, _ key: [UInt8], _ value: [UInt8]) {
        journal.rows[table, RowKey(key, store.rowTag)] = .put(value)
    }

    /// Removes a row, in the journal of the present command.
    func delete(_ table: ViewTable, _ key: [UInt8]) {
        journal.rows[table, RowKey(key, store.rowTag)] = .delete
    }

    /// The rows that the present command has set in a table and whose keys begin with a prefix.
    func journaled(_ table: ViewTable, prefix: [UInt8]) -> [(key: [UInt8], value: [UInt8])] {
        journal.rows.puts(of: table).filter { $0.key.starts(with: prefix) }
    }

    /// Whether accepted entries of this term wait in memory to be written.
    func hasAcceptedEntries(of term: Term) -> Bool { pending.terms.isOpen(term) }
}

extension ViewTransaction {
    /// The last block of a term's entry list that is on disk or written into the transaction; `nil` if it has none.
    ///
    /// It leaves out what waits in memory, because the caller appends that behind this block.
    ///
    /// - Parameter index: the entry that will be appended; the block must end before it.
    /// - Throws: ``ViewFault/damagedRow(table:key:)`` when the block cannot be read or ends later.
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

    /// Writes the accepted changes that wait in memory into the transactions; nothing is committed by it.
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

    /// Writes one row, its tag behind the value, into the transaction and counts it in the table's total.
    private func write(_ table: ViewTable, _ key: [UInt8], _ value: [UInt8]) throws {
        let (place, part, tag) = (table.rawValue, table.part, store.rowTag.tag(table, key.span, value.span))
        var row: [UInt8] = []
        row.reserveCapacity(value.count + RowTag.bytes)
        row += value
        row += BigEndian.bytes(tag)
        let stored = try store.table(table)
        if let old = try writes.add(part, stored, key, row) {
            guard let old = old.value else { throw damage(table, key) }
            // The row has not changed. Writing it would make LMDB copy a page for nothing.
            if old == tag { return }
            totals[place].remove(old)
            try writes.put(part, stored, key, row)
        }
        totals[place].add(tag)
    }

    /// Removes one row from the transaction and from the table's total; does nothing where there is no such row.
    private func remove(_ table: ViewTable, _ key: [UInt8]) throws {
        let stored = try store.table(table)
        guard let old = try writes.tag(of: key, in: stored, table.part) else { return }
        guard let old = old.value else { throw damage(table, key) }
        totals[table.rawValue].remove(old)
        try writes.delete(table.part, stored, key)
    }
}
