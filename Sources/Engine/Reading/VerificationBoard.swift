import Dispatch
import Identity
import OpenSSL
import Synchronization
import Wire

/// Where the verification beside serving leaves what it found: for health to show, and for the writer to write down.
final class VerificationBoard: Sendable {
    private struct State {
        var last: VerificationMark?
        var unrecorded: VerificationMark?
        var interrupted: InterruptedVerification?
        /// When the next one begins, by the clock that cannot be set.
        var nextMicroseconds: Int64 = 0
        /// Since when the one under way has worked without a rest, by that clock.
        var workingSinceMicroseconds: Int64 = 0
    }

    /// A machine sleeps without this clock: so often whoever waits looks at the other.
    private static let lookEverySeconds = 10

    /// Requests go before it: it takes a tenth of the time, and rests for the others.
    private static let restsPerWork: Int64 = 9
    /// Where the machine has much else to do, a little work takes long.
    private static let restMicrosecondsMax: Int64 = 100_000

    private static let dayMicroseconds: Int64 = 86_400 * 1_000_000

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    func isDue(now: Int64) -> Bool { state.withLock { now >= $0.nextMicroseconds } }

    /// Waits a part of the time until one is due.
    func wait() { _ = bell.wait(timeout: .now() + .seconds(Self.lookEverySeconds)) }

    func begin(now: Int64) { state.withLock { $0.workingSinceMicroseconds = now } }

    /// Rests from the work since the last rest; a closing ends that as well.
    func rest(_ now: () -> Int64) {
        let worked = now() - state.withLock { $0.workingSinceMicroseconds }
        let rest = min(max(0, worked) * Self.restsPerWork, Self.restMicrosecondsMax)
        _ = bell.wait(timeout: .now() + .microseconds(Int(rest)))
        begin(now: now())
    }

    /// Ends the waiting: the instance closes.
    func close() { bell.signal() }

    var last: VerificationMark? { state.withLock { $0.last } }

    /// Why none has come to its end since the start, if one has tried.
    var interrupted: InterruptedVerification? { state.withLock { $0.interrupted } }

    /// One could not read on.
    ///
    /// - Returns: when the next one begins.
    func interrupt(_ reason: String, at: Instant, now: Int64) -> InterruptedVerification {
        state.withLock { state in
            let interrupted = InterruptedVerification(reason, at: at, after: state.interrupted)
            state.interrupted = interrupted
            state.nextMicroseconds = now + interrupted.waitSeconds * 1_000_000
            return interrupted
        }
    }

    /// One has come to its end: the next one begins a day later.
    func end(now: Int64) { state.withLock { $0.nextMicroseconds = now + Self.dayMicroseconds } }

    /// - Parameter isRecorded: whether it becomes an entry; only a ledger that was found whole is said to be.
    func put(_ mark: VerificationMark, isRecorded: Bool) {
        state.withLock { state in
            state.last = mark
            state.interrupted = nil
            if isRecorded, mark.isOK { state.unrecorded = mark }
        }
    }

    /// Takes out what no entry tells of yet.
    func take() -> VerificationMark? { state.withLock { $0.unrecorded.take() } }

    /// Puts back what could not be written after all, unless there is something newer.
    func putBack(_ mark: VerificationMark) { state.withLock { $0.unrecorded = $0.unrecorded ?? mark } }
}

extension VerificationMark {
    /// Every entry before this size was read and hashed, and came to this root.
    var event: Event {
        Event(
            LedgerSubject.entry(.verified),
            chain: .platform,
            data: ["root": .string(Base64URL.encode(root.bytes)), "size": .integer(Int64(index + 1))]
        )
    }
}
