import OpenSSL
import Storage
import Wire

extension ViewStore {
    /// Those of some tables whose stored rows are not the ones that were written: by the tag of each row, and by the
    /// sum of all tags and the number of rows, which the mark of the same moment tells.
    ///
    /// A row that was changed does not fit its tag. One that was put back as it once was, or taken out, makes another
    /// sum, and no tag that fits no row can make up for it. It costs reading the tables once, and hashing them.
    package func tablesUnlikeMark(among tables: [ViewTable]) throws -> [ViewTable] {
        var unlike: [ViewTable] = []
        for part in parts {
            let wanted = tables.filter { $0.part == part }
            guard !wanted.isEmpty else { continue }
            try environment(of: part).readAtLength { reader in
                let totals = try reader.mark(of: self, part).totals
                for table in wanted where try reader.total(of: self, table) != totals[table.rawValue] {
                    unlike.append(table)
                }
            }
        }
        return unlike
    }
}

extension TableReader where Self: ~Copyable {
    /// The sum of a table's tags; nil where a row does not fit its own.
    fileprivate borrowing func total(of store: ViewStore, _ table: ViewTable) throws -> TableTotal? {
        var (total, isWhole) = (TableTotal(), true)
        try scan(store.table(table)) { (key, row) throws(StorageError) -> Bool in
            guard let tag = RowTag.stored(in: row),
                tag == store.rowTag.tag(table, key, row.extracting(..<(row.count - RowTag.bytes)))
            else {
                isWhole = false
                return false
            }
            total.add(tag)
            return true
        }
        return isWhole ? total : nil
    }
}
