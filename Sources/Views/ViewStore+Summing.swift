import OpenSSL
import Storage
import Wire

extension ViewStore {
    /// Those of some tables whose stored rows are not the ones that were written: by the sum of their seals, and by
    /// their number, which the mark of the same moment tells.
    ///
    /// A row that was changed, put back as it once was, added or taken out makes another sum. The seals are taken as
    /// they are stored, so it costs little more than reading; whether each fits its row is asked when the row is read.
    package func tablesUnlikeMark(among tables: [ViewTable]) throws -> [ViewTable] {
        try environment.readAtLength { reader in
            let totals = try reader.mark(of: self).totals
            var unlike: [ViewTable] = []
            for table in tables where try reader.total(of: self, table) != totals[table.rawValue] {
                unlike.append(table)
            }
            return unlike
        }
    }
}

extension TableReader where Self: ~Copyable {
    /// The sum of a table's seals as they are stored; nil where a row has none.
    fileprivate borrowing func total(of store: ViewStore, _ table: ViewTable) throws -> TableTotal? {
        var (total, isWhole) = (TableTotal(), true)
        try scan(store.tables[table.rawValue]) { (_, row) throws(StorageError) -> Bool in
            guard let seal = RowSeal.stored(in: row) else {
                isWhole = false
                return false
            }
            total.add(seal)
            return true
        }
        return isWhole ? total : nil
    }
}
