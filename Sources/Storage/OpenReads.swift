import Synchronization

/// The reads of an environment that are under way, and how long each may be.
///
/// LMDB uses no page again that a reader may still see, so a read that is held open lets the file grow without bound.
/// Past its time the next thing it asks for is refused: it ends, and whoever asked begins another where it stood.
final class OpenReads: Sendable {
    private struct State {
        var limit: ReadLimit?
        var lastNumber: UInt64 = 0
        var begun: [UInt64: Int64] = [:]
        /// Reads of other processes, and when each was first seen.
        var outside: [OutsideRead: Int64] = [:]
    }

    private let state = Mutex(State())
    /// A growth waits for the reads under way, and all others wait with it.
    private let isGrowing = Atomic(false)
    /// Then a read may take so long: it is tried again sooner than all others would have been let in.
    private static let beforeGrowthMicrosecondsMax: Int64 = 500_000

    func whileGrowing(_ body: () throws(StorageError) -> Void) throws(StorageError) {
        isGrowing.store(true, ordering: .relaxed)
        defer { isGrowing.store(false, ordering: .relaxed) }
        try body()
    }

    func limit(to limit: ReadLimit?) { state.withLock { $0.limit = limit } }

    /// - Parameter isAtLength: whether it is of those that may take longer.
    /// - Returns: `nil` while there is no limit.
    func begin(isAtLength: Bool) -> OpenRead? {
        state.withLock { state in
            guard let limit = state.limit else { return nil }
            let now = limit.clock()
            state.lastNumber += 1
            state.begun[state.lastNumber] = now
            let length = isAtLength ? limit.atLengthMicrosecondsMax : limit.microsecondsMax
            let (until, isBeyond) = now.addingReportingOverflow(length)
            return OpenRead(
                number: state.lastNumber,
                begun: now,
                until: isBeyond ? .max : until,
                clock: limit.clock,
                reads: self
            )
        }
    }

    fileprivate func isOver(_ read: OpenRead) -> Bool {
        let now = read.clock()
        return now > read.until
            || isGrowing.load(ordering: .relaxed) && now - read.begun > Self.beforeGrowthMicrosecondsMax
    }

    func end(_ read: OpenRead) { state.withLock { $0.begun[read.number] = nil } }

    /// Told again and again which reads other processes have open: nobody here can cut them, but their age counts.
    func saw(outside reads: [OutsideRead]) {
        state.withLock { state in
            guard let now = state.limit?.clock() else { return }
            let before = state.outside
            state.outside = [:]
            for read in reads { state.outside[read] = before[read] ?? now }
        }
    }

    /// Whether a read of this process has been open for longer than ordinary ones may be.
    var hasLong: Bool {
        state.withLock { state in
            guard let limit = state.limit, let first = state.begun.values.min() else { return false }
            return limit.clock() - first > limit.microsecondsMax
        }
    }

    /// How long the oldest read has been open.
    var oldestMicroseconds: Int64 {
        state.withLock { state in
            let firsts = [state.begun.values.min(), state.outside.values.min()].compactMap(\.self)
            guard let limit = state.limit, let first = firsts.min() else { return 0 }
            return limit.clock() - first
        }
    }
}

/// One of them.
struct OpenRead: Sendable {
    let number: UInt64
    fileprivate let begun: Int64
    fileprivate let until: Int64
    fileprivate let clock: @Sendable () -> Int64
    fileprivate let reads: OpenReads

    var isOver: Bool { reads.isOver(self) }
}

/// How long a read transaction may be, by a clock that cannot be set.
package struct ReadLimit: Sendable {
    package let microsecondsMax: Int64
    /// The same for `Environment.readAtLength`.
    package let atLengthMicrosecondsMax: Int64
    package let clock: @Sendable () -> Int64

    package init(
        microsecondsMax: Int64,
        atLengthMicrosecondsMax: Int64,
        clock: @escaping @Sendable () -> Int64,
    ) {
        self.microsecondsMax = microsecondsMax
        self.atLengthMicrosecondsMax = atLengthMicrosecondsMax
        self.clock = clock
    }
}
