/// What can be asked of the tables inside a transaction, be it a reading or a writing one.
///
/// The three requirements do the work without knowing what the caller makes of the bytes; everything below is built on
/// them, and inlinable because that halves the time of a small read. A `Span` is the stored value itself, lent for the
/// length of a closure: nothing is copied and nothing escapes.
package protocol TableReader: ~Copyable {
    /// Lends the value of a key; false when there is none.
    borrowing func lookUp(_ table: Table, _ key: [UInt8], _ body: (Span<UInt8>) -> Void) throws(StorageError) -> Bool

    /// Lends each key and value in order until the closure returns false.
    borrowing func walk(
        _ table: Table,
        from key: [UInt8]?,
        _ direction: ScanDirection,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StorageError)

    borrowing func statistics(_ table: Table) throws(StorageError) -> TableStatistics
}

extension TableReader where Self: ~Copyable {
    /// A copy of the value of a key.
    package borrowing func get(_ table: Table, _ key: [UInt8]) throws(StorageError) -> [UInt8]? {
        var bytes: [UInt8] = []
        let isThere = try lookUp(table, key) { bytes = $0.copied }
        return isThere ? bytes : nil
    }

    package borrowing func contains(_ table: Table, _ key: [UInt8]) throws(StorageError) -> Bool {
        try lookUp(table, key) { _ in }
    }

    package borrowing func count(_ table: Table) throws(StorageError) -> Int {
        try statistics(table).entries
    }

    /// Lends the value of a key to a closure with errors of its own; it is not called when there is none.
    ///
    /// Not generic, so that whoever is must not look types up while it reads.
    package borrowing func lend(
        _ table: Table,
        _ key: [UInt8],
        _ body: (Span<UInt8>) throws -> Void
    ) throws {
        var failure: (any Error)?
        _ = try lookUp(table, key) { value in
            do { try body(value) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
