import Synchronization

/// The read transactions of one environment that are open, and the time at which each must end.
///
/// LMDB does not use a page again while an open read transaction may still see it. So a transaction that stays open
/// makes the file grow without bound, and each has a limit of time (``ReadLimit``). Nothing interrupts it: past its
/// limit its next lookup or scan throws `.tookTooLong`, and the caller may begin a new transaction and go on there.
///
/// All times are microseconds of the limit's clock. Safe to use from every thread.
final class OpenReads: Sendable {
    private struct State {
        var limit: ReadLimit?
        var lastNumber: UInt64 = 0
        /// When each open transaction began, by its number.
        var begun: [UInt64: Int64] = [:]
        /// The read transactions of other processes, and when each was first seen here.
        var outside: [OutsideRead: Int64] = [:]
    }

    private let state = Mutex(State())
    /// Whether the map is being enlarged: that waits until the open reads end, and new reads wait until it is done.
    private let isGrowing = Atomic(false)
    /// While the map is being enlarged a read may be open for half a second only, whatever its own limit.
    ///
    /// To repeat one read costs less than to let all others wait for it.
    private static let duringGrowthMicrosecondsMax: Int64 = 500_000

    /// Runs the enlargement of the map, and shortens the limit of all open reads until it has ended.
    func whileGrowing(_ body: () throws(StorageError) -> Void) throws(StorageError) {
        isGrowing.store(true, ordering: .relaxed)
        defer { isGrowing.store(false, ordering: .relaxed) }
        try body()
    }

    /// Sets the limit for reads that begin from now on; with `nil` they have none, and are not counted.
    func limit(to limit: ReadLimit?) { state.withLock { $0.limit = limit } }

    /// Counts a read transaction that begins now.
    ///
    /// - Parameter isAtLength: whether it has the longer limit, `atLengthMicrosecondsMax`.
    /// - Returns: what must be handed to ``end(_:)`` when the transaction ends; `nil` while no limit is set.
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
            || isGrowing.load(ordering: .relaxed) && now - read.begun > Self.duringGrowthMicrosecondsMax
    }

    /// Counts no longer a read transaction that has ended.
    func end(_ read: OpenRead) { state.withLock { $0.begun[read.number] = nil } }

    /// Remembers which read transactions other processes have open, in place of those that were remembered before.
    ///
    /// Called at intervals. They cannot be ended from here; their age, from the call that saw them first, counts in
    /// ``oldestMicroseconds``.
    func remember(outside reads: [OutsideRead]) {
        state.withLock { state in
            guard let now = state.limit?.clock() else { return }
            let before = state.outside
            state.outside = [:]
            for read in reads { state.outside[read] = before[read] ?? now }
        }
    }

    /// Whether this process has a read open for longer than `microsecondsMax`, the limit of ordinary reads.
    var hasLong: Bool {
        state.withLock { state in
            guard let limit = state.limit, let first = state.begun.values.min() else { return false }
            return limit.clock() - first > limit.microsecondsMax
        }
    }

    /// For how many microseconds the oldest read, of this process or another, has been open.
    ///
    /// Zero when none is open, or while no limit is set.
    var oldestMicroseconds: Int64 {
        state.withLock { state in
            let firsts = [state.begun.values.min(), state.outside.values.min()].compactMap(\.self)
            guard let limit = state.limit, let first = firsts.min() else { return 0 }
            return limit.clock() - first
        }
    }
}

/// One open read transaction as ``OpenReads`` counts it.
struct OpenRead: Sendable {
    let number: UInt64
    fileprivate let begun: Int64
    /// The last moment at which it may still read.
    fileprivate let until: Int64
    fileprivate let clock: @Sendable () -> Int64
    fileprivate let reads: OpenReads

    /// Whether its time is over, so that it must be refused what it asks for next.
    var isOver: Bool { reads.isOver(self) }
}

/// For how long a read transaction may stay open.
package struct ReadLimit: Sendable {
    /// The limit of ordinary reads.
    package let microsecondsMax: Int64
    /// The limit of reads that `Environment.readAtLength` begins.
    package let atLengthMicrosecondsMax: Int64
    /// The present time in microseconds, from a clock that nobody can set back or forward.
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
