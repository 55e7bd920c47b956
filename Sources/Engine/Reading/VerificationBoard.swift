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
    }

    /// How long a verification that could not read on waits before it begins again.
    private static let retrySeconds = 10

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    func waitForNextTry() { _ = bell.wait(timeout: .now() + .seconds(Self.retrySeconds)) }

    /// Ends the waiting: the instance closes.
    func close() { bell.signal() }

    var last: VerificationMark? { state.withLock { $0.last } }

    /// - Parameter isRecorded: whether it becomes an entry; only a ledger that was found whole is said to be.
    func put(_ mark: VerificationMark, isRecorded: Bool) {
        state.withLock { state in
            state.last = mark
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
            .ledgerVerified,
            chain: .platform,
            data: ["root": .string(Base64URL.encode(root.bytes)), "size": .integer(Int64(index + 1))]
        )
    }
}
