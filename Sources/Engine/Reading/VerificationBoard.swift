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

    private let state = Mutex(State())

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
