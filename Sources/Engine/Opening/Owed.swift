import Storage

/// What a start could not write for want of free space.
///
/// A full disk is no reason not to start: reading goes on. But nothing is committed before what is owed is written, so
/// what follows stands on the same ground as after any other start.
struct Owed {
    private var writes: [@Sendable () throws -> Void] = []

    /// Writes now, or owes it where the disk is full.
    mutating func write(_ body: @escaping @Sendable () throws -> Void) throws {
        do {
            try body()
        } catch let fault as StorageError where fault.kind == .full {
            writes.append(body)
        }
    }

    var isEmpty: Bool { writes.isEmpty }

    /// Writes what is owed, in its order.
    ///
    /// - Throws: what kept the first of it from being written; that and the rest stay owed.
    mutating func writeAll() throws {
        while let write = writes.first {
            try write()
            writes.removeFirst()
        }
    }
}
