import EventLog
import OpenSSL
import Synchronization
package import Wire

/// How far the ledger has been checked and signed for, and how its clock is: for everyone to see.
package struct Integrity: Sendable {
    /// A size of the ledger with the root of its tree, as checkpoints write it.
    package struct Extent: Sendable {
        package let size: UInt64
        package let root: String
        /// When it was found so; `nil` when that was before this start.
        package let at: Instant?
    }

    package let size: UInt64
    package let verified: Extent?
    /// Whether the last verification found everything whole.
    package let isVerifiedOK: Bool?
    package let checkpoint: Extent?
    /// How far the wall clock was set since the start, against the one that cannot be.
    package let clockDriftMicroseconds: Int64
    package let isClockSynchronised: Bool?
}

extension Instance {
    package var integrity: Integrity {
        let mark = verification.withLock { $0 }
        let note = checkpoint.flatMap { try? Checkpoint(text: $0.text) }
        return Integrity(
            size: status.size,
            verified: mark.map { .init(size: $0.index + 1, root: Base64.encode($0.root.bytes), at: $0.at) },
            isVerifiedOK: mark?.isOK,
            checkpoint: note.map { .init(size: $0.size, root: Base64.encode($0.root.bytes), at: notary.publishedAt) },
            clockDriftMicroseconds: world.wall().microseconds - world.sinceBoot() - clockOffset,
            isClockSynchronised: world.isClockSynchronised()
        )
    }

    /// Keeps what a verification found, for health to show: the start's own, until a deeper one says more.
    package func verified(_ mark: VerificationMark) { verification.withLock { $0 = mark } }
}
