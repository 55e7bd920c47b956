/// A set of changes that becomes visible as a whole, or not at all.
///
/// It sees its own changes. Whoever lets go of it without `commit` has changed nothing. Changing is `mutating`, because
/// a change may move what a `Span` from the same transaction shows: the compiler then refuses to change a table inside
/// a closure that is reading it.
package struct WriteTransaction: ~Copyable, TableReader {
    enum Source {
        case mapped(MappedTransaction, of: MappedEnvironment)
        case simulated(SimulatedWrite)
    }

    private let source: Source
    private var isCommitted = false

    init(_ source: Source) {
        self.source = source
    }

    deinit {
        guard !isCommitted else { return }
        switch source {
        case .mapped(let transaction, let environment): environment.abort(transaction)
        case .simulated(let write): write.abort()
        }
    }

    /// Makes the changes visible and, with `sync: .everyCommit`, durable.
    ///
    /// An error means an *unknown* outcome, whatever its kind: the changes may be found after reopening.
    package consuming func commit() throws(StorageError) {
        isCommitted = true
        switch source {
        case .mapped(let transaction, let environment): try environment.commit(transaction)
        case .simulated(let write): try write.commit()
        }
    }

    /// Sets the value of a key, whether or not there was one.
    package mutating func put(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        try Self.checkSizes(key, value)
        switch source {
        case .mapped(let transaction, _): try transaction.put(table, key, value)
        case .simulated(let write): try write.put(table, key, value)
        }
    }

    /// Sets the value of a key that is not there yet, in one search instead of two.
    ///
    /// - Parameter present: is lent the value that is there already, and stays.
    /// - Returns: whether the key was new.
    package mutating func add(
        _ table: Table,
        _ key: [UInt8],
        _ value: [UInt8],
        _ present: (Span<UInt8>) -> Void,
    ) throws(StorageError) -> Bool {
        try Self.checkSizes(key, value)
        switch source {
        case .mapped(let transaction, _): return try transaction.add(table, key, value, present)
        case .simulated(let write): return try write.add(table, key, value, present)
        }
    }

    /// Adds a key behind all others of its table, faster than `put`; any other key is refused as `.outOfOrder`.
    package mutating func append(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        try Self.checkSizes(key, value)
        switch source {
        case .mapped(let transaction, _): try transaction.append(table, key, value)
        case .simulated(let write): try write.append(table, key, value)
        }
    }

    /// Removes a key; false when there was none.
    @discardableResult
    package mutating func delete(_ table: Table, _ key: [UInt8]) throws(StorageError) -> Bool {
        guard !key.isEmpty else { return false }
        switch source {
        case .mapped(let transaction, _): return try transaction.delete(table, key)
        case .simulated(let write): return try write.delete(table, key)
        }
    }

    /// Checked before LMDB sees them, because there a refused size would spoil the whole transaction.
    private static func checkSizes(_ key: [UInt8], _ value: [UInt8]) throws(StorageError) {
        guard (1...Table.keyBytesMax).contains(key.count) else {
            throw StorageError(.invalid("a key of \(key.count) bytes; 1 to \(Table.keyBytesMax) can be stored"), "put")
        }
        guard value.count <= Table.valueBytesMax else {
            throw StorageError(.invalid("a value of \(value.count) bytes; \(Table.valueBytesMax) are the limit"), "put")
        }
    }
}

extension WriteTransaction {
    package borrowing func lookUp(
        _ table: Table,
        _ key: [UInt8],
        _ body: (Span<UInt8>) -> Void
    ) throws(StorageError) -> Bool {
        switch source {
        case .mapped(let transaction, _): try transaction.lookUp(table, key, body)
        case .simulated(let write): try write.readable().lookUp(table, key, body)
        }
    }

    package borrowing func walk(
        _ table: Table,
        from key: [UInt8]?,
        _ direction: ScanDirection,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StorageError) {
        switch source {
        case .mapped(let transaction, _): try transaction.walk(table, from: key, direction, body)
        case .simulated(let write): try write.readable().walk(table, from: key, direction, body)
        }
    }

    package borrowing func statistics(_ table: Table) throws(StorageError) -> TableStatistics {
        switch source {
        case .mapped(let transaction, _): try transaction.statistics(table)
        case .simulated(let write): try write.readable().statistics(table)
        }
    }
}
