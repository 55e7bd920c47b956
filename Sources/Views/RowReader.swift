package import Identity
package import Storage
package import Wire

/// Answers what the heads of a chain are, as a transfer writes them down.
package typealias HeadsOf = (Place) throws -> JSON

/// What every question is asked of: a committed moment, or the writer's own transaction.
///
/// Each question is written once, as an extension of this protocol, so a decision and an answer cannot read
/// differently.
package protocol RowReader: AnyObject, Facts {
    var store: ViewStore { get }
    var headsOf: HeadsOf { get }
    /// The last entry that answers have seen, where that is one of the past; nil at the head.
    var position: UInt64? { get }

    /// Lends the value of a row and its tag, which is checked; nothing where there is no such row.
    ///
    /// - Parameter known: how the row was when its tag was made or checked; where it is still so, nothing is hashed.
    func lendRow(
        _ table: ViewTable,
        _ key: [UInt8],
        known: TaggedRow?,
        _ body: (_ value: Span<UInt8>, _ tag: UInt64) throws -> Void,
    ) throws

    /// Lends keys, values and their tags in order until the closure returns false; `from` as in `TableReader.scan`.
    ///
    /// - Parameter known: how the row of a key was when its tag was made or checked, as in ``lendRow(_:_:known:_:)``.
    func scanRows(
        _ table: ViewTable,
        from: [UInt8]?,
        _ direction: ScanDirection,
        known: (_ key: Span<UInt8>) -> TaggedRow?,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ tag: UInt64) throws -> Bool,
    ) throws

    /// How far the ledger is folded, the entries of a transaction included.
    var size: UInt64 { get throws }
}

extension RowReader {
    /// A copy of the value of a row.
    func row(_ table: ViewTable, _ key: [UInt8]) throws -> [UInt8]? {
        var row: [UInt8]?
        try lendRow(table, key, known: nil) { value, _ in row = value.copied }
        return row
    }

    /// Lends keys and values in order until the closure returns false.
    package func scan(
        _ table: ViewTable,
        from: [UInt8]?,
        _ direction: ScanDirection,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Bool,
    ) throws {
        try scanRows(table, from: from, direction, known: { _ in nil }) { key, value, _ in try body(key, value) }
    }

    /// Goes forward over the keys that begin with a prefix, until the closure returns false.
    func scan(
        _ table: ViewTable,
        prefix: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Bool,
    ) throws {
        try scan(table, from: prefix, .forward) { key, value in
            try key.begins(with: prefix) && body(key, value)
        }
    }

    /// The nearest row to a key in a direction, if its key begins with the prefix and has `suffixBytes` more.
    func nearest(
        _ table: ViewTable,
        to start: [UInt8],
        _ direction: ScanDirection,
        prefix: [UInt8],
        suffixBytes: Int,
    ) throws -> (key: [UInt8], value: [UInt8])? {
        var found: (key: [UInt8], value: [UInt8])?
        try scan(table, from: start, direction) { key, value in
            if key.count == prefix.count + suffixBytes, key.begins(with: prefix) {
                found = (key.copied, value.copied)
            }
            return false
        }
        return found
    }

    func damage(_ table: ViewTable, _ key: [UInt8]) -> ViewFault { .damagedRow(table: table.name, key: key) }
}

extension Span<UInt8> {
    func begins(with prefix: [UInt8]) -> Bool { begins(with: prefix[...]) }

    func begins(with prefix: ArraySlice<UInt8>) -> Bool {
        count >= prefix.count && extracting(..<prefix.count).isSame(as: prefix)
    }
}

extension ViewStore {
    /// For readers that never decide.
    package static let noHeads: @Sendable (Place) throws -> JSON = { _ in throw ViewFault.headsUnknown }
}
