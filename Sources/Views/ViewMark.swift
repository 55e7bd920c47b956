import OpenSSL
import Wire

/// The one row that says how far the views are, written in the same transaction as everything it speaks of.
///
/// `layout[8] ‖ size[8] ‖ root[32] ‖ (hash[8] ‖ rows[8]) for each table ‖ seal[8]`
struct ViewMark {
    static let name = "meta"
    static let key = Array("applied".utf8)

    var applied: ViewStore.Applied?
    var totals: [TableTotal]

    init() {
        totals = ViewTable.allCases.map { _ in TableTotal() }
    }

    init(row: [UInt8]) throws(ViewFault) {
        let size = try Self.size(row: row)
        guard let root = Digest(Array(row[16..<48])) else { throw Self.damaged }
        applied = ViewStore.Applied(size: size, root: root)
        totals = ViewTable.allCases.map { table in
            let place = 48 + 16 * table.rawValue
            return TableTotal(hash: BigEndian.value(row, at: place), rows: BigEndian.value(row, at: place + 8))
        }
    }

    static func requireLayout(of row: [UInt8]) throws(ViewFault) {
        guard row.count >= 8, BigEndian.value(row) == ViewMark.layout else { throw .otherLayout }
    }

    /// How far the views are, as the row of a mark says.
    static func size(row: [UInt8]) throws(ViewFault) -> UInt64 {
        try requireLayout(of: row)
        guard row.count == 48 + 16 * ViewTable.allCases.count else { throw damaged }
        return BigEndian.value(row, at: 8)
    }

    private static var damaged: ViewFault { .damagedRow(table: name, key: key) }

    static func row(_ applied: ViewStore.Applied, _ totals: [TableTotal]) -> [UInt8] {
        var row = BigEndian.bytes(layout) + BigEndian.bytes(applied.size) + applied.root.bytes
        for total in totals { row += BigEndian.bytes(total.hash) + BigEndian.bytes(total.rows) }
        return row
    }
}

/// The sum of a table's seals and the number of its rows: two tables that are equal have equal totals.
///
/// The sum does not depend on the order of changes, so it is kept up without ever reading the table again.
package struct TableTotal: Sendable, Equatable {
    package var hash: UInt64 = 0
    package var rows: UInt64 = 0

    package init(hash: UInt64 = 0, rows: UInt64 = 0) {
        self.hash = hash
        self.rows = rows
    }

    mutating func add(_ seal: UInt64) {
        hash &+= seal
        rows &+= 1
    }

    mutating func remove(_ seal: UInt64) {
        hash &-= seal
        rows &-= 1
    }
}
