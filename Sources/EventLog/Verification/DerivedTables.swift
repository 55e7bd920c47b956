import OpenSSL
import Storage
import Wire

/// Makes the tables of a ledger that follow from its entries anew: tree hashes, heads of chains and streams, and the
/// uses of data keys.
///
/// The entries are read from the first to the last and must fit each other, and the root that is signed in the anchor:
/// only what is derived is ever written. Rows that are right already are left alone, so what interrupts it costs
/// nothing: it is run again.
package struct DerivedTables {
    private let tables: LedgerTables
    private let anchor: Anchor

    package init(_ tables: LedgerTables, anchor: Anchor) { (self.tables, self.anchor) = (tables, anchor) }

    /// - Returns: how many rows were written or taken out, by table; none where all was right.
    /// - Throws: `LedgerFault` where the entries themselves are not what was signed; then nothing is written.
    package func repair() throws -> [String: Int] {
        guard let note = try anchor.checkpoint(), let signed = try? Checkpoint(text: note.text) else {
            throw LedgerFault.rolledBack("the anchor has no checkpoint, and without one no entry is known to be right")
        }
        let book = try tables.environment.readAtLength { reader in try DerivedBook(tables, signed, reader) }
        let acknowledged = max(signed.size, try anchor.head()?.size ?? 0)
        guard book.size >= acknowledged else {
            throw LedgerFault.rolledBack("the ledger has \(book.size) entries, but \(acknowledged) were acknowledged")
        }
        let changes = try tables.environment.readAtLength { reader in try book.changes(tables, reader) }
        for start in stride(from: 0, to: changes.count, by: Self.rowsPerCommit) {
            try write(changes[start..<min(start + Self.rowsPerCommit, changes.count)])
        }
        return Dictionary(changes.map { ($0.table.name, 1) }, uniquingKeysWith: +)
    }

    private static let rowsPerCommit = 50_000

    private func write(_ changes: ArraySlice<DerivedBook.Change>) throws {
        do throws(StorageError) {
            var transaction = try tables.environment.beginWrite()
            for change in changes {
                if let row = change.row {
                    try transaction.put(change.table, change.key, row)
                } else {
                    try transaction.delete(change.table, change.key)
                }
            }
            try transaction.commit()
        } catch {
            guard error.kind == .mapFull else { throw error }
            try tables.environment.grow(toBytes: tables.environment.mapBytes * 2)
            try write(changes)
        }
    }
}
