import Identity
package import Storage

/// A reader that can be moved to another position of the same moment.
package protocol PositionedReader: RowReader {
    associatedtype Past: RowReader
    /// The same moment, read as of an entry, that entry included; nil is the head.
    func at(_ index: UInt64?) -> Past
}

extension ViewSnapshot: PositionedReader {}

extension ViewTransaction: PositionedReader {
    package func at(_ index: UInt64?) -> TransactionPast { TransactionPast(transaction: self, position: index) }
}

/// The writer's own transaction, read as of an entry: what a plan compares with is read in the transaction it is
/// decided in.
package final class TransactionPast: RowReader {
    private let transaction: ViewTransaction
    package let position: UInt64?

    fileprivate init(transaction: ViewTransaction, position: UInt64?) {
        (self.transaction, self.position) = (transaction, position)
    }

    package var store: ViewStore { transaction.store }
    package var headsOf: HeadsOf { transaction.headsOf }
    package var ownScopes: [String] { transaction.ownScopes }
    package var size: UInt64 { transaction.size }

    package func lendRow(
        _ table: ViewTable,
        _ key: [UInt8],
        known: TaggedRow?,
        _ body: (_ value: Span<UInt8>, _ tag: UInt64) throws -> Void,
    ) throws {
        try transaction.lendRow(table, key, known: known, body)
    }

    package func scanRows(
        _ table: ViewTable,
        from: [UInt8]?,
        _ direction: ScanDirection,
        known: (_ key: Span<UInt8>) -> TaggedRow?,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ tag: UInt64) throws -> Bool,
    ) throws {
        try transaction.scanRows(table, from: from, direction, known: known, body)
    }
}
