import Identity
package import Storage

/// A reader that can be moved to another position of the same moment.
package protocol PositionedReader: RowReader {
    associatedtype Past: RowReader
    /// The same moment, read as of an entry, that entry included; nil is the head.
    func at(_ index: UInt64?) -> Past
}

extension ViewSnapshot: PositionedReader {}

extension ViewDraft: PositionedReader {
    package func at(_ index: UInt64?) -> DraftPast { DraftPast(draft: self, position: index) }
}

/// The writer's own draft, read as of an entry: what a plan compares with is read in the transaction it is decided in.
package final class DraftPast: RowReader {
    private let draft: ViewDraft
    package let position: UInt64?

    fileprivate init(draft: ViewDraft, position: UInt64?) { (self.draft, self.position) = (draft, position) }

    package var store: ViewStore { draft.store }
    package var headsOf: HeadsOf { draft.headsOf }
    package var ownScopes: [String] { draft.ownScopes }
    package var size: UInt64 { draft.size }

    package func lendRow(
        _ table: ViewTable,
        _ key: [UInt8],
        known: TaggedRow?,
        _ body: (_ value: Span<UInt8>, _ tag: UInt64) throws -> Void,
    ) throws {
        try draft.lendRow(table, key, known: known, body)
    }

    package func scanRows(
        _ table: ViewTable,
        from: [UInt8]?,
        _ direction: ScanDirection,
        known: (_ key: Span<UInt8>) -> TaggedRow?,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ tag: UInt64) throws -> Bool,
    ) throws {
        try draft.scanRows(table, from: from, direction, known: known, body)
    }
}
