import Identity
package import Storage
import Wire

/// The views at one committed moment, for as long as the closure that was given it runs.
///
/// It has a position: the head of that moment, or any entry before it. The same questions are asked of both.
package final class ViewSnapshot: RowReader {
    package let store: ViewStore
    package let headsOf: HeadsOf
    package let ownScopes: [String]
    package let position: UInt64?
    private let moment: Moment

    /// The transaction that snapshots of several positions share.
    private final class Moment {
        var state: ReadTransaction?
        /// Begun when the audit is first asked, which most readers never do.
        var audit: ReadTransaction?
        let hasReserve: Bool

        init(_ transaction: consuming ReadTransaction, hasReserve: Bool) {
            state = consume transaction
            self.hasReserve = hasReserve
        }

        func beginAudit(of store: ViewStore) throws {
            guard state != nil else { throw ViewFault.ended }
            guard audit == nil else { return }
            if let progress = store.auditProgress { throw AuditBehind(progress: progress) }
            audit = try store.environment(of: .audit).beginRead(hasReserve: hasReserve)
        }
    }

    init(
        of store: ViewStore,
        _ transaction: consuming ReadTransaction,
        hasReserve: Bool = false,
        heads: @escaping HeadsOf,
        ownScopes: [String],
    ) {
        self.store = store
        self.ownScopes = ownScopes
        headsOf = heads
        position = nil
        moment = Moment(consume transaction, hasReserve: hasReserve)
    }

    private init(_ other: ViewSnapshot, at position: UInt64?) {
        store = other.store
        headsOf = other.headsOf
        ownScopes = other.ownScopes
        moment = other.moment
        self.position = position
    }

    /// The same moment, read as of an entry, that entry included; nil is the head.
    package func at(_ index: UInt64?) -> ViewSnapshot { ViewSnapshot(self, at: index) }

    /// Whoever kept the snapshot beyond its closure must not hold a moment of LMDB open for ever.
    func end() {
        moment.state = nil
        moment.audit = nil
    }

    package func lendRow(
        _ table: ViewTable,
        _ key: [UInt8],
        known: TaggedRow?,
        _ body: (_ value: Span<UInt8>, _ tag: UInt64) throws -> Void,
    ) throws {
        switch table.part {
        case .state:
            guard moment.state != nil else { throw ViewFault.ended }
            try moment.state?.lendRow(of: store, table, key, known: known, body)
        case .audit:
            try moment.beginAudit(of: store)
            try moment.audit?.lendRow(of: store, table, key, known: known, body)
        }
    }

    package func scanRows(
        _ table: ViewTable,
        from: [UInt8]?,
        _ direction: ScanDirection,
        known: (_ key: Span<UInt8>) -> TaggedRow?,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ tag: UInt64) throws -> Bool,
    ) throws {
        switch table.part {
        case .state:
            guard moment.state != nil else { throw ViewFault.ended }
            try moment.state?.rows(of: store, table, from: from, direction, known: known, body)
        case .audit:
            try moment.beginAudit(of: store)
            try moment.audit?.rows(of: store, table, from: from, direction, known: known, body)
        }
    }

    package var size: UInt64 {
        get throws {
            guard moment.state != nil else { throw ViewFault.ended }
            // Each answer asks for it: of the mark's row no more is read than that.
            return try moment.state?.markRow(of: store, .state).map { try ViewMark.size(row: $0, of: .state) } ?? 0
        }
    }

    func mark(of part: ViewPart) throws -> ViewMark {
        switch part {
        case .state:
            guard moment.state != nil else { throw ViewFault.ended }
            return try moment.state?.mark(of: store, part) ?? ViewMark()
        case .audit:
            try moment.beginAudit(of: store)
            return try moment.audit?.mark(of: store, part) ?? ViewMark()
        }
    }
}

/// Rows with their tags, as both kinds of transaction give them.
extension TableReader where Self: ~Copyable {
    borrowing func lendRow(
        of store: ViewStore,
        _ table: ViewTable,
        _ key: [UInt8],
        known: TaggedRow?,
        _ body: (_ value: Span<UInt8>, _ tag: UInt64) throws -> Void,
    ) throws {
        try lend(store.table(table), key) { row in
            let isKnown = known?.isSame(as: row) ?? false
            let count = isKnown ? row.count - RowTag.bytes : try store.rowTag.opened(table, key.span, row)
            try body(row.extracting(..<count), BigEndian.value(row, at: count))
        }
    }

    borrowing func rows(
        of store: ViewStore,
        _ table: ViewTable,
        from: [UInt8]?,
        _ direction: ScanDirection,
        known: (_ key: Span<UInt8>) -> TaggedRow?,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ tag: UInt64) throws -> Bool,
    ) throws {
        try scan(store.table(table), from: from, direction) { (key, row) throws -> Bool in
            let isKnown = known(key)?.isSame(as: row) ?? false
            let count = isKnown ? row.count - RowTag.bytes : try store.rowTag.opened(table, key, row)
            return try body(key, row.extracting(..<count), BigEndian.value(row, at: count))
        }
    }

    borrowing func mark(of store: ViewStore, _ part: ViewPart) throws -> ViewMark {
        try markRow(of: store, part).map { try ViewMark(row: $0, of: part) } ?? ViewMark()
    }

    /// The value of the mark's row, whose tag fits.
    borrowing func markRow(of store: ViewStore, _ part: ViewPart) throws -> [UInt8]? {
        guard let row = try get(store.marks(of: part), ViewMark.key) else { return nil }
        let count = row.count - RowTag.bytes
        guard count >= 8 else { throw ViewFault.damagedRow(table: ViewMark.name, key: ViewMark.key) }
        let value = Array(row[..<count])
        // What another layout means by its row is not known.
        try ViewMark.requireLayout(of: value)
        guard BigEndian.value(row, at: count) == store.rowTag.mark(value, of: part) else {
            throw ViewFault.damagedRow(table: ViewMark.name, key: ViewMark.key)
        }
        return value
    }
}
