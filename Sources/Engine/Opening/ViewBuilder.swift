import EventLog
import Identity
import Storage
import Views
import Wire

/// Folds entries from the ledger into views: to catch up at a start, and to build them anew.
struct ViewBuilder {
    /// Entries folded between two commits: few enough to hold in memory, many enough that commits cost nothing.
    static let entriesPerCommit = 4_096

    let tables: LedgerTables
    let keys: KeyStore
    let ledger: [UInt8]
    /// What a replay compares on its way; an opening and a rebuild have no use for it.
    var check: AttestationCheck?

    /// Folds everything from where the views are up to `size`.
    ///
    /// - Returns: how many entries were folded.
    @discardableResult
    func catchUp(_ views: ViewStore, to size: UInt64) throws -> UInt64 {
        let applied = try views.applied
        if let applied { try requireInLedger(applied, of: size) }
        let start = applied?.size ?? 0
        var next = start
        var lines = EntriesAhead(tables, from: next, to: size)
        while next < size {
            do {
                next = try fold(&lines, into: views, from: next)
            } catch let fault as StorageError where fault.kind == .mapFull {
                try views.environment.grow(toBytes: views.environment.mapBytes * 2)
                lines = EntriesAhead(tables, from: next, to: size)
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
    private func fold(_ lines: inout EntriesAhead, into views: ViewStore, from start: UInt64) throws -> UInt64 {
        let draft = try views.draft()
        var (next, end) = (start, start)
        while let line = try lines.next() {
            switch consume line {
            case .entry(let index, let stored):
                let entry = try folded(stored)
                if entry.type == ViewsSubject.entry(.attested) { try check?.compare(entry, with: draft) }
                try draft.fold(entry)
                next = index + 1
                if entry.endsCommand {
                    try draft.keep()
                    end = next
                }
            case .removed(let index):
                // Removed entries are of no state; what views had derived from them stands in retention.applied.
                check?.noteRemoved()
                next = index + 1
                end = next
            }
            if end == next, next - start >= UInt64(Self.entriesPerCommit) { break }
        }
        guard end == next else { throw LedgerFault.damaged(index: next, "the ledger ends inside a batch") }
        let root = try tables.environment.read { try tables.range(at: end, $0).root }
        CrashPoint.midCatchUp.pass()
        try draft.commit(applied: ViewStore.Applied(size: end, root: root))
        return end
    }

    private func folded(_ entry: borrowing Entry) throws -> FoldedEntry {
        // Most entries seal nothing, and nothing is to be opened then.
        guard !entry.sealed.isEmpty else { return try FoldedEntry(entry) }
        return try FoldedEntry(
            stored: entry,
            tables: tables,
            ledger: ledger,
            keys: keys,
            onSealed: { [check] in check?.noteSealed() }
        )
    }
}
