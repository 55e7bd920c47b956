import OpenSSL
import Wire

/// The one row that says how far a part of the views is, written in the same transaction as everything it speaks of.
///
/// `layout[8] ‖ size[8] ‖ root[32] ‖ (hash[8] ‖ rows[8]) for each table of the part ‖ tag[8]`
struct ViewMark {
    static let name = "meta"
    static let key = Array("applied".utf8)

    var applied: ViewStore.Applied?
    /// By the number of the table; those of other parts are empty.
    var totals: [TableTotal]

    init() {
        totals = ViewTable.allCases.map { _ in TableTotal() }
    }

    init(row: [UInt8], of part: ViewPart) throws(ViewFault) {
        self.init()
        let size = try Self.size(row: row, of: part)
        guard let root = Digest(Array(row[16..<48])) else { throw Self.damaged }
        applied = ViewStore.Applied(size: size, root: root)
        var place = 48
        for table in part.tables {
            totals[table.rawValue] = TableTotal(
                hash: BigEndian.value(row, at: place),
                rows: BigEndian.value(row, at: place + 8)
            )
            place += 16
        }
    }

    static func requireLayout(of row: [UInt8]) throws(ViewFault) {
        guard row.count >= 8, BigEndian.value(row) == ViewMark.layout else { throw .otherLayout }
    }

    /// How far the part is, as the row of its mark says.
    static func size(row: [UInt8], of part: ViewPart) throws(ViewFault) -> UInt64 {
        try requireLayout(of: row)
        guard row.count == 48 + 16 * part.tables.count else { throw damaged }
        return BigEndian.value(row, at: 8)
    }

    private static var damaged: ViewFault { .damagedRow(table: name, key: key) }

    static func row(_ applied: ViewStore.Applied, _ totals: [TableTotal], of part: ViewPart) -> [UInt8] {
        var row = BigEndian.bytes(layout) + BigEndian.bytes(applied.size) + applied.root.bytes
        for table in part.tables {
            row += BigEndian.bytes(totals[table.rawValue].hash) + BigEndian.bytes(totals[table.rawValue].rows)
        }
        return row
    }
}

/// The sum of a table's tags and the number of its rows: two tables that are equal have equal totals.
///
/// The sum does not depend on the order of changes, so it is kept up without ever reading the table again.
package struct TableTotal: Sendable, Equatable {
    package var hash: UInt64 = 0
    package var rows: UInt64 = 0

    package init(hash: UInt64 = 0, rows: UInt64 = 0) {
        self.hash = hash
        self.rows = rows
    }

    mutating func add(_ tag: UInt64) {
        hash &+= tag
        rows &+= 1
    }

    mutating func remove(_ tag: UInt64) {
        hash &-= tag
        rows &-= 1
    }
}
