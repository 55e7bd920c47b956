import Storage
import Wire

/// The write transactions of the environments that one ``ViewTransaction`` changes, one for each part.
struct PartWrites: ~Copyable {
    private var state: WriteTransaction?
    private var audit: WriteTransaction?
    /// The part whose memory map was full, once a write has failed for that.
    private(set) var fullPart: ViewPart?

    mutating func begin(_ part: ViewPart, of store: ViewStore) throws -> ViewMark {
        let transaction = try store.environment(of: part).beginWrite()
        let mark = try transaction.mark(of: store, part)
        switch part {
        case .state: state = consume transaction
        case .audit: audit = consume transaction
        }
        return mark
    }

    /// Lets go of them; nothing is changed.
    mutating func abandon() {
        state = nil
        audit = nil
    }

    mutating func commit(_ part: ViewPart) throws {
        try rememberingFullPart(part) { writes throws(StorageError) in
            let transaction =
                switch part {
                case .state: writes.state.take()
                case .audit: writes.audit.take()
                }
            if let transaction { try transaction.commit() }
        }
    }

    borrowing func lendRow(
        of store: ViewStore,
        _ table: ViewTable,
        _ key: [UInt8],
        known: TaggedRow?,
        _ body: (_ value: Span<UInt8>, _ tag: UInt64) throws -> Void,
    ) throws {
        switch table.part {
        case .state:
            guard state != nil else { throw ViewFault.ended }
            try state?.lendRow(of: store, table, key, known: known, body)
        case .audit:
            guard audit != nil else { throw ViewFault.ended }
            try audit?.lendRow(of: store, table, key, known: known, body)
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
        switch table.part {
        case .state:
            guard state != nil else { throw ViewFault.ended }
            try state?.rows(of: store, table, from: from, direction, known: known, body)
        case .audit:
            guard audit != nil else { throw ViewFault.ended }
            try audit?.rows(of: store, table, from: from, direction, known: known, body)
        }
    }

    /// The tag of a stored row; nothing where there is none.
    borrowing func tag(of key: [UInt8], in table: Table, _ part: ViewPart) throws -> StoredTag? {
        var found: StoredTag?
        let isThere =
            switch part {
            case .state: try state?.lookUp(table, key) { found = StoredTag(of: $0) }
            case .audit: try audit?.lookUp(table, key) { found = StoredTag(of: $0) }
            }
        guard let isThere else { throw ViewFault.ended }
        return isThere ? found : nil
    }

    /// Sets the value of a key that is not there yet.
    ///
    /// - Returns: the tag of the row that is there already, and stays.
    mutating func add(_ part: ViewPart, _ table: Table, _ key: [UInt8], _ row: [UInt8]) throws -> StoredTag? {
        var old: StoredTag?
        let isNew = try rememberingFullPart(part) { writes throws(StorageError) in
            switch part {
            case .state: try writes.state?.add(table, key, row) { old = StoredTag(of: $0) }
            case .audit: try writes.audit?.add(table, key, row) { old = StoredTag(of: $0) }
            }
        }
        guard isNew != nil else { throw ViewFault.ended }
        return old
    }

    mutating func put(_ part: ViewPart, _ table: Table, _ key: [UInt8], _ row: [UInt8]) throws {
        try rememberingFullPart(part) { writes throws(StorageError) in
            switch part {
            case .state: try writes.state?.put(table, key, row)
            case .audit: try writes.audit?.put(table, key, row)
            }
        }
    }

    mutating func delete(_ part: ViewPart, _ table: Table, _ key: [UInt8]) throws {
        _ = try rememberingFullPart(part) { writes throws(StorageError) in
            switch part {
            case .state: try writes.state?.delete(table, key)
            case .audit: try writes.audit?.delete(table, key)
            }
        }
    }

    @inline(__always)
    private mutating func rememberingFullPart<R>(
        _ part: ViewPart,
        _ body: (inout PartWrites) throws(StorageError) -> R,
    ) throws -> R {
        do {
            return try body(&self)
        } catch {
            if error.kind == .mapFull { fullPart = part }
            throw error
        }
    }
}

/// The tag that stands behind a row, unchecked; nothing where the row is too short to have one.
struct StoredTag {
    let value: UInt64?

    init(of row: Span<UInt8>) { value = RowTag.stored(in: row) }
}
