/// A folder of ordered tables that change in transactions: an LMDB environment, or its simulated twin in memory.
///
/// Which of the two it is stands in a private enum, so nothing above is generic over it, and both answer alike: reads
/// see one committed moment, one write transaction exists at a time, a commit is whole or absent.
/// An environment closes when its last reference goes.
package final class Environment: Sendable {
    private enum Backend {
        case mapped(MappedEnvironment)
        case simulated(SimulatedEnvironment)
    }

    private let backend: Backend
    private let access: Access
    private let reads = OpenReads()

    /// Opens a folder of the file system.
    ///
    /// A missing folder is made when writing is allowed.
    package init(path: String, options: Options = Options()) throws(StorageError) {
        access = options.access
        backend = .mapped(try MappedEnvironment(path: path, options: options))
    }

    /// Opens an environment of a simulated disk.
    package init(
        simulated disk: SimulatedDisk,
        name: String,
        options: Options = Options()
    ) throws(StorageError) {
        access = options.access
        backend = .simulated(try SimulatedEnvironment(disk: disk, name: name, options: options))
    }

    /// The table of a name, made first when writing is allowed.
    ///
    /// To be called once for each table, at the start: making one is a write transaction of its own.
    package func table(_ name: String) throws(StorageError) -> Table {
        switch backend {
        case .mapped(let environment): try environment.table(name)
        case .simulated(let environment): try environment.table(name)
        }
    }

    /// Reads the newest committed moment; the closure cannot suspend, and the transaction cannot leave it.
    ///
    /// A read inside a read of the same environment is not allowed: a waiting growth would stand between them.
    @inlinable
    package func read<R>(
        _ body: (borrowing ReadTransaction) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try body(beginRead())
    }

    /// The same for a closure with errors of its own.
    @inlinable
    package func read<R>(_ body: (borrowing ReadTransaction) throws -> R) throws -> R {
        try body(beginRead())
    }

    /// The same as an owned value, for a reader that is lent around within one synchronous call: it must be let go of
    /// on the thread that began it.
    ///
    /// - Parameter hasReserve: as with `readFromReserve`, for the one writer.
    package func beginRead(hasReserve: Bool = false) throws(StorageError) -> ReadTransaction {
        try beginRead(isAtLength: false, hasReserve: hasReserve)
    }

    private func beginRead(isAtLength: Bool, hasReserve: Bool) throws(StorageError) -> ReadTransaction {
        let source: ReadTransaction.Source =
            switch backend {
            case .mapped(let environment): .mapped(try environment.beginRead(hasReserve: hasReserve), of: environment)
            case .simulated(let environment): .simulated(try environment.beginRead(), of: environment)
            }
        return ReadTransaction(source, of: reads, isAtLength: isAtLength)
    }

    /// A read that is cut much later than others, for what can only be compared within one moment.
    ///
    /// Where it is cut all the same, nothing is known of what it read: whoever asked tries again another time.
    ///
    /// - Parameter hasReserve: as with `readFromReserve`, for the one writer.
    package func readAtLength<R>(
        hasReserve: Bool = false,
        _ body: (borrowing ReadTransaction) throws -> R,
    ) throws -> R {
        try body(beginRead(isAtLength: true, hasReserve: hasReserve))
    }

    /// A read for the one writer: when readers have taken every place there is one left, which is kept for this.
    ///
    /// Else whoever reads much, in this process or another, could make the writer stop.
    package func readFromReserve<R>(_ body: (borrowing ReadTransaction) throws -> R) throws -> R {
        try body(beginRead(isAtLength: false, hasReserve: true))
    }

    /// From now on a read that has been open for longer is refused whatever it asks for next, as `.tookTooLong`.
    ///
    /// The clock runs while the machine sleeps, and so does a read that was under way.
    package func limitReads(to limit: ReadLimit) { reads.limit(to: limit) }

    /// How long the oldest read has been open; zero where there is none, or no limit.
    ///
    /// Those of other processes count from when `checkReaders` first saw that their moment is past.
    package var oldestReadMicroseconds: Int64 { reads.oldestMicroseconds }

    /// Begins the one write transaction, to be used and ended on this thread.
    package func beginWrite() throws(StorageError) -> WriteTransaction {
        guard access == .readWrite else { throw StorageError(.readOnly, "begin a write transaction") }
        switch backend {
        case .mapped(let environment):
            return WriteTransaction(.mapped(try environment.beginWrite(), of: environment))
        case .simulated(let environment):
            return WriteTransaction(.simulated(try environment.beginWrite()))
        }
    }

    /// Makes everything committed durable; needed only with `sync: .none`.
    package func sync() throws(StorageError) {
        switch backend {
        case .mapped(let environment): try environment.sync()
        case .simulated(let environment): try environment.sync()
        }
    }
}

extension Environment {
    /// Enlarges the map; a smaller size than the present one changes nothing.
    ///
    /// Called by the writer between its transactions. It waits for the reads under way, at most
    /// `ReaderGate.waitSecondsMax`, and reports `.busy` when they take longer or a write transaction is open.
    ///
    /// Other reads wait with it. So a read that takes longer than a moment is cut by it, and it is refused at once
    /// beside a read that is past the time of ordinary ones: each further try would keep them all waiting for the same
    /// one.
    package func grow(toBytes bytes: Int) throws(StorageError) {
        guard bytes > mapBytes else { return }
        guard !reads.hasLong else { throw StorageError(.busy, "grow the map beside a read that takes long") }
        try reads.whileGrowing { () throws(StorageError) in
            switch backend {
            case .mapped(let environment): try environment.grow(toBytes: bytes)
            case .simulated(let environment): try environment.grow(toBytes: bytes)
            }
        }
    }

    /// How large the environment may become before `.mapFull`.
    package var mapBytes: Int {
        switch backend {
        case .mapped(let environment): environment.mapBytes
        case .simulated(let environment): environment.mapBytes
        }
    }

    /// The size of the file.
    package var sizeBytes: Int {
        switch backend {
        case .mapped(let environment): environment.sizeBytes
        case .simulated(let environment): environment.sizeBytes
        }
    }

    /// Frees the places of readers whose process has died, and looks how old the reads of living ones are.
    ///
    /// - Returns: how many had died.
    @discardableResult
    package func checkReaders() throws(StorageError) -> Int {
        switch backend {
        case .mapped(let environment):
            let dead = try environment.checkReaders()
            reads.remember(outside: environment.outsideReads())
            return dead
        case .simulated: return 0
        }
    }

    /// Writes a durable copy of the newest committed moment into an empty folder, made if need be.
    ///
    /// It waits for an open write transaction to end, so it is refused on the thread that has one open. With
    /// `compacting`, free pages are left out.
    package func copy(to path: String, compacting: Bool = false) throws(StorageError) {
        switch backend {
        case .mapped(let environment): try environment.copy(to: path, compacting: compacting)
        case .simulated(let environment): try environment.copyWithin(as: path)
        }
    }

    /// The same onto a simulated disk; what is simulated is copied nowhere else.
    package func copy(to disk: SimulatedDisk, as name: String) throws(StorageError) {
        switch backend {
        case .mapped: throw StorageError(.invalid("a simulated disk holds no file of LMDB"), "copy to \(name)")
        case .simulated(let environment): try environment.copy(to: disk, as: name)
        }
    }
}
