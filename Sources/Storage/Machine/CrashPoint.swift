import Glibc
import Synchronization

/// A named moment at which a fault test may end the process, as abruptly as `kill -9` would.
///
/// `MUNIMENT_CRASH_AT=point:n` in the process's environment names one, and at which passing, from 1, the process ends.
/// Nothing else reaches it: no setting, no request. It is read once; where it is not set, a passing costs one
/// comparison. `Tools/faults` goes through all of them.
package enum CrashPoint: String, CaseIterable, Sendable {
    /// A command's entries have their places, in memory.
    case afterAppend = "after-append"
    /// The first of a command's entries is folded into the views' transaction.
    case midProjection = "mid-projection"
    /// A commit begins; nothing of it is written.
    case beforeKeys = "before-keys"
    /// The new keys are durable, the entries that need them are not.
    case afterKeys = "after-keys"
    /// All rows are in the ledger's transaction.
    case beforeCommit = "before-commit"
    /// The entries are durable; nobody knows yet.
    case afterCommit = "after-commit"
    /// The head hint is written; the views have not followed.
    case beforeViews = "before-views"
    /// The audit has followed the ledger, the state has not.
    case betweenViews = "between-views"
    /// Everything is kept; nobody was answered.
    case beforeAck = "before-ack"
    case beforeSign = "before-sign"
    /// A checkpoint is signed and not yet in the anchor.
    case beforeAnchor = "before-anchor"
    /// The checkpoint is in the anchor and not yet published.
    case afterAnchor = "after-anchor"
    /// A part of the ledger is folded at a start, and not committed.
    case midCatchUp = "mid-catch-up"
    /// New views are built beside the old ones.
    case rebuilt
    /// The old views have made way, and the new ones are not in their place.
    case midSwap = "mid-swap"
    /// The new views are in place, the old ones still lie beside them.
    case afterSwap = "after-swap"
    /// The second copy of the state has followed the ledger.
    case keptFollowed = "kept-followed"
    /// A second copy of the state is whole, and not in its place.
    case keptCopied = "kept-copied"
    /// At a start the second copy has caught up, and is not in the place of the state.
    case beforeKeptMoves = "before-kept-moves"
    /// The second copy is in the place of the state.
    case keptMoved = "kept-moved"
    /// A block of a backup is written.
    case backupWritten = "backup-written"
    /// A backup is whole, and has not its name yet.
    case beforeBackupMoves = "before-backup-moves"
    /// A backup has its name, and the ledger does not know of it.
    case backupMoved = "backup-moved"
    /// A part of a restored ledger is written.
    case restoreWritten = "restore-written"
    /// A restored ledger is whole, and its directory is none yet.
    case beforeRestoreCounts = "before-restore-counts"
    /// A small file is written under its temporary name.
    case fileWritten = "file-written"
    /// A small file has its name, which is not durable yet.
    case fileRenamed = "file-renamed"

    package static let variable = "MUNIMENT_CRASH_AT"

    /// Ends the process here, if that was asked for.
    @inline(__always)
    package func pass() {
        guard let chosen = Self.chosen else { return }
        chosen.count(self)
    }

    private static let chosen = Chosen()

    /// The point at which this process is to end, and how many of its passings are still to come.
    private final class Chosen: Sendable {
        let point: CrashPoint
        let passings: Atomic<Int>

        init?() {
            guard let text = unsafe getenv(CrashPoint.variable) else { return nil }
            let parts = unsafe String(cString: text).split(separator: ":", omittingEmptySubsequences: false)
            guard let point = parts.first.flatMap({ CrashPoint(rawValue: String($0)) }), parts.count == 2,
                let passing = Int(parts[1]), passing > 0
            else { preconditionFailure("\(CrashPoint.variable) is point:n, with a point that there is and n from 1") }
            self.point = point
            passings = Atomic(passing)
        }

        func count(_ passed: CrashPoint) {
            guard passed == point, passings.subtract(1, ordering: .relaxed).newValue == 0 else { return }
            kill(getpid(), SIGKILL)
        }
    }
}
