import Storage
import Synchronization
import Wire

/// How the writer is: what health, metrics and the writer itself look at.
package final class WriterStatus: Sendable {
    /// Past this share of the disk health warns; past the other, refusals are only summed up.
    package static let diskWarningShare = 0.80
    package static let diskShortShare = 0.90
    /// On a disk that is short so much is left to changes of state: what merely happens is refused, so that an
    /// administrator can still act.
    package static let stateReserveBytes = 64 << 20

    private struct State {
        /// Why writes are refused until an operator acts.
        var objection: String?
        var isDiskFull = false
        var diskShare = 0.0
        var isKeptForState = false
        var stopped: String?
        var isClosing = false
        var anchorTrouble: String?
        var isViewDamaged = false
        var putOff: String?
        var size: UInt64 = 0
        var commits: UInt64 = 0
        var entryMicroseconds: Double?
        var nextCheck: Int64 = 0
    }

    private static let checkEveryMicroseconds: Int64 = 1_000_000

    private let state = Mutex(State())
    private let log: @Sendable (String) -> Void
    /// Keeps for the next start that the ledger was found altered.
    private let remember: @Sendable (String) -> Void

    package init(
        log: @escaping @Sendable (String) -> Void,
        remember: @escaping @Sendable (String) -> Void = { _ in },
    ) {
        self.log = log
        self.remember = remember
    }

    package var objection: String? { state.withLock { $0.objection } }
    package var isDiskFull: Bool { state.withLock { $0.isDiskFull } }
    package var diskShare: Double { state.withLock { $0.diskShare } }
    package var stopped: String? { state.withLock { $0.stopped } }
    /// How many entries are durable and folded.
    package var size: UInt64 { state.withLock { $0.size } }
    package var commits: UInt64 { state.withLock { $0.commits } }
    /// How long the writer has lately been busy with an entry, from its decision to its being durable and folded; nil
    /// before this run has written any.
    package var entryMicroseconds: Double? { state.withLock { $0.entryMicroseconds } }
    var isDiskShort: Bool { diskShare >= Self.diskShortShare }
    /// Whether only changes of state are written any more.
    var isKeptForState: Bool { state.withLock { $0.isKeptForState } }

    /// Why no write is possible at present, if so.
    package var refusal: String? {
        state.withLock { state in
            state.stopped ?? state.objection ?? (state.isDiskFull ? "the disk is full" : nil)
        }
    }

    /// Whether the instance is being closed: what runs beside it ends.
    var isClosing: Bool { state.withLock { $0.isClosing } }
    func close() { state.withLock { $0.isClosing = true } }

    /// Why entries are not being signed for, if so: the anchor cannot be written.
    package var anchorTrouble: String? { state.withLock { $0.anchorTrouble } }
    /// Why writes were put off last, if nothing was written since: the storage was busy.
    package var putOff: String? { state.withLock { $0.putOff } }
    var isViewDamaged: Bool { state.withLock { $0.isViewDamaged } }

    /// Told by the notary at each try; the log hears of it when it begins.
    func anchor(trouble: String?) {
        let isNew = state.withLock { state in
            defer { state.anchorTrouble = trouble }
            return state.anchorTrouble == nil && trouble != nil
        }
        if isNew, let trouble { log("no checkpoint could be anchored: \(trouble)") }
    }

    /// Told by the writer at each try; the log hears of it when it begins.
    func putOff(_ why: String) {
        let isNew = state.withLock { state in
            defer { state.putOff = why }
            return state.putOff == nil
        }
        if isNew { log("writes are put off: \(why)") }
    }

    /// A reader met a damaged row: nothing is decided on such views, and the next start makes them anew.
    func viewsAreDamaged(_ fault: String) {
        state.withLock { state in
            state.isViewDamaged = true
            state.objection = "the views are damaged, a restart makes them anew: \(fault)"
        }
        log("the views are damaged: \(fault)")
    }

    /// The ledger is not as it was written: nothing is written on it, by this run or a later one, before a complete
    /// verification finds nothing.
    func ledgerIsAltered(_ what: String) {
        isAltered(what)
        remember(what)
    }

    /// The same, as an earlier run found it.
    func isAltered(_ what: String) {
        object("the ledger was altered, run muniment verify: \(what)")
        log("the ledger was altered, and takes no writes: \(what)")
    }

    func object(_ why: String?) { state.withLock { $0.objection = why } }
    func diskIsFull(_ isFull: Bool) { state.withLock { $0.isDiskFull = isFull } }

    /// Of several disks each is looked at by itself: one that is short leaves its last free space to changes of state.
    func disks(have spaces: [Machine.DiskSpace]) {
        state.withLock { state in
            state.diskShare = spaces.map(\.usedShare).max() ?? 0
            state.isKeptForState = spaces.contains {
                $0.usedShare >= Self.diskShortShare && $0.freeBytes < Self.stateReserveBytes
            }
        }
    }

    /// Whether a second has passed since disk and readers were looked at.
    func isCheckDue(now: Int64) -> Bool {
        state.withLock { state in
            guard now >= state.nextCheck else { return false }
            state.nextCheck = now + Self.checkEveryMicroseconds
            return true
        }
    }

    func committed(size: UInt64) {
        state.withLock {
            $0.size = size
            $0.putOff = nil
            $0.commits += 1
        }
    }

    /// Told of each drain: the last few count most.
    func wrote(entries: Int, microseconds: Int64) {
        let each = Double(microseconds) / Double(max(1, entries))
        state.withLock { state in
            state.entryMicroseconds = state.entryMicroseconds.map { $0 + (each - $0) / 8 } ?? each
        }
    }

    func stop(_ why: String) {
        state.withLock { $0.stopped = why }
        log(why)
    }

    /// A line for the operator: no secret, token or body is ever in it.
    func report(_ line: String) { log(line) }
}
