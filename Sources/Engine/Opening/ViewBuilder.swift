import EventLog
import Identity
import OpenSSL
import Storage
import Views
import Wire

/// Folds entries from the ledger into views: to catch up at a start, to build them anew, and to replay them.
///
/// Each entry is hashed as it is folded, and what was folded must have the root that the ledger has at that size: so
/// nothing that was written over an entry becomes a view, and the views say the root of what they are made of.
struct ViewBuilder: Sendable {
    /// Entries folded between two commits: few enough to hold in memory, many enough that commits cost nothing.
    static let entriesPerCommit = 4_096

    let tables: LedgerTables
    let keys: KeyStore
    let ledger: [UInt8]

    /// Folds everything from where the views are up to `size`; parts that are equally far are folded together.
    ///
    /// - Parameters:
    ///   - parts: what is to follow; nil is all that is there.
    ///   - check: what a replay compares on its way.
    ///   - afterCommit: told how far they are; false ends it there.
    /// - Returns: how many entries were folded.
    @discardableResult
    func catchUp(
        _ views: ViewStore,
        _ parts: [ViewPart]? = nil,
        to size: UInt64,
        check: AttestationCheck? = nil,
        afterCommit: (UInt64) -> Bool = { _ in true },
    ) throws -> UInt64 {
        var (left, folded) = (parts ?? views.parts, UInt64(0))
        while let first = left.first {
            let applied = try views.applied(first)
            let together = try left.filter { try views.applied($0) == applied }
            left.removeAll(where: together.contains)
            folded = max(folded, try catchUp(views, together, from: applied, to: size, check, afterCommit))
        }
        return folded
    }

    private func catchUp(
        _ views: ViewStore,
        _ parts: [ViewPart],
        from applied: ViewStore.Applied?,
        to size: UInt64,
        _ check: AttestationCheck?,
        _ afterCommit: (UInt64) -> Bool,
    ) throws -> UInt64 {
        if let applied { try requireInLedger(applied, of: size) }
        let start = applied?.size ?? 0
        var edge = try tables.environment.read { try tables.range(at: start, $0) }
        var lines = EntriesAhead(tables, from: start, to: size)
        while edge.size < size {
            let transaction = try views.beginTransaction(of: parts)
            defer { transaction.abandon() }
            do {
                edge = try fold(&lines, into: transaction, from: edge, check)
                if !afterCommit(edge.size) { return edge.size - start }
            } catch let fault as StorageError where fault.kind == .mapFull {
                transaction.abandon()
                try views.grow(transaction.fullPart ?? .state)
                lines = EntriesAhead(tables, from: edge.size, to: size)
            } catch let poison as Poison {
                // What was written over an entry need not make sense.
                throw try alteredEntry(in: edge.size..<poison.index + 1).map(Self.altered) ?? poison
            }
        }
        return size - start
    }

    /// - Throws: `LedgerFault.rolledBack` when something was folded that the ledger does not have.
    func requireInLedger(_ applied: ViewStore.Applied, of size: UInt64) throws {
        let lost = LostHistory(size: applied.size, root: applied.root)
        guard applied.size <= size else {
            throw LedgerFault.rolledBack(
                "the views have folded \(applied.size) entries, the ledger has \(size)",
                lost: lost
            )
        }
        guard try tables.environment.read({ try tables.range(at: applied.size, $0).root }) == applied.root else {
            throw LedgerFault.rolledBack(
                "the \(applied.size) entries that the views have folded are not the first \(applied.size) of the ledger",
                lost: lost
            )
        }
    }

    /// One commit's worth.
    ///
    /// It ends where a command ends: views never show half a command.
    ///
    /// - Parameter edge: the edge of the tree of what is folded already.
    /// - Returns: the edge of what is folded then, hashed on the way.
    private func fold(
        _ lines: inout EntriesAhead,
        into transaction: ViewTransaction,
        from edge: CompactRange,
        _ check: AttestationCheck?,
    ) throws -> CompactRange {
        let start = edge.size
        var (edge, completed) = (edge, [Digest]())
        var (next, end) = (start, start)
        while let line = try lines.next() {
            switch consume line {
            case .entry(let index, let stored, let leaf):
                edge.append(leaf, completing: &completed)
                let entry = try folded(stored, check)
                if entry.type == ViewsSubject.entry(.attested) { try check?.compare(entry, with: transaction) }
                next = index + 1
                if try transaction.foldAccepting(entry) { end = next }
            case .removed(let index, let leaf):
                edge.append(leaf, completing: &completed)
                // Removed entries are of no state; what views had derived from them stands in retention.applied.
                check?.foundRemoved()
                next = index + 1
                end = next
            }
            if end == next, next - start >= UInt64(Self.entriesPerCommit) { break }
        }
        guard end == next else { throw LedgerFault.damaged(index: next, "the ledger ends inside a batch") }
        guard try tables.environment.read({ try tables.range(at: end, $0).root }) == edge.root else {
            let unnamed = "the first \(end) entries do not have the root that is stored for them"
            throw try alteredEntry(in: start..<end).map(Self.altered) ?? LedgerFault.damaged(index: nil, unnamed)
        }
        CrashPoint.midCatchUp.pass()
        try transaction.commit(applied: ViewStore.Applied(size: end, root: edge.root))
        return edge
    }

    /// The first of some entries that does not have the hash that was stored for it.
    private func alteredEntry(in range: Range<UInt64>) throws -> UInt64? {
        var found: UInt64?
        try tables.walk(range) { line in
            guard found == nil, case .entry(let index, let bytes) = line else { return }
            let stored = try tables.environment.read { try tables.hash(level: 0, index, $0) }
            if MerkleTree.leaf(bytes) != stored { found = index }
        }
        return found
    }

    private static func altered(_ index: UInt64) -> LedgerFault {
        .damaged(index: index, "the entry does not have the hash that was stored for it")
    }

    private func folded(_ entry: borrowing Entry, _ check: AttestationCheck?) throws -> FoldedEntry {
        // Most entries seal nothing, and nothing is to be opened then.
        guard !entry.sealed.isEmpty else { return try FoldedEntry(entry) }
        return try FoldedEntry(
            stored: entry,
            tables: tables,
            ledger: ledger,
            keys: keys,
            onSealed: { check?.foundSealed() }
        )
    }
}
