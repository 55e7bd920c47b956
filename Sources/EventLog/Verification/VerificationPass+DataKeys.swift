import Storage
import Wire

extension VerificationPass {
    /// Compares the table of data keys row for row with what the entries name.
    ///
    /// A table that was not made yet is no fault: the next start makes it from the entries.
    mutating func compareDataKeys(_ tables: LedgerTables, _ reader: borrowing some TableReader & ~Copyable) throws {
        guard let table = tables.dataKeys, try reader.contains(table, LedgerTables.wholenessKey) else { return }
        var seen = [Bool](repeating: false, count: segments.keyCount)
        var unlike: [(stored: LedgerTables.DataKeyUse?, number: Int?)] = []
        try reader.scan(table) { key, row in
            if key.copied == LedgerTables.wholenessKey { return true }
            let (number, stored) = (segments.keyNumber(key), LedgerTables.DataKeyUse(row: row))
            if let number { seen[number] = true }
            if number == nil || stored != number.map({ segments.use($0) }) { unlike.append((stored, number)) }
            return true
        }
        for (stored, number) in unlike {
            if let stored, try isExplained(stored, number, tables, reader) { continue }
            guard let number else {
                report.add(nil, "the table data_keys has a row of no data key")
                continue
            }
            let name = segments.keyName(number)
            report.add(segments.use(number).first, "the stored uses of the data key \(name) are not the entries' own")
        }
        for (number, isSeen) in seen.enumerated() where !isSeen {
            report.add(segments.use(number).first, "its data key \(segments.keyName(number)) has no stored use")
        }
    }

    /// Whether the first use stands where retention has removed an entry: of that nothing else is left to tell.
    private func isExplained(
        _ stored: LedgerTables.DataKeyUse,
        _ number: Int?,
        _ tables: LedgerTables,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Bool {
        let due = number.map { segments.use($0) }
        guard stored.destroyedAt == due?.destroyedAt, stored.first < due?.first ?? .max else { return false }
        guard let row = try reader.get(tables.activity, BigEndian.bytes(stored.first)) else { return false }
        return LedgerTables.removedBy(row) != nil
    }
}
