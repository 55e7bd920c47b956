import Engine
import EventLog
import Storage
import Views
import Wire

/// What the views on the disk are like before a start: what it has to do to them before it serves.
struct ViewsBefore: Sendable {
    /// Whether they may be believed: after a clean stop, or after a crash of the process alone.
    let areTrusted: Bool
    /// Whether they are marked as those of a clean stop.
    let areClean: Bool
    /// Whether the state lacks entries of the ledger.
    let areBehind: Bool
    /// Whether the audit is not there: its tables are made at the start.
    var isAuditGone = false
}

// The views while nothing runs, and when a start may fail for them.
extension Simulation {
    static func viewKeys(_ directory: DataDirectory) throws -> (rows: [UInt8], blind: [UInt8]) {
        let folder = try directory.keys(.readOnly)
        let kek = try KeyEncryptionKey.left(in: folder)
        let epoch = try kek.flatMap { try EpochKey.open(in: folder, keyEncryptionKey: $0.bytes) }
        let keys = try KeyStore(folder: folder, epoch: epoch, random: { [UInt8](repeating: 0, count: $0) })
        guard let rows = try keys.key(KeyName.viewRows), let blind = try keys.key(KeyName.blindIndex) else {
            throw LedgerFault.keys("a ledger was founded without the keys of its views")
        }
        return (rows, blind)
    }

    /// How far the views on the disk are; `nil` where there are none that can be read.
    func viewSize() -> UInt64? { try? viewStore()?.applied()?.size }

    private func auditSize() -> UInt64? { try? viewStore(directory.views(.audit, .readOnly))?.applied(.audit)?.size }

    private func viewStore(_ audit: Environment? = nil) throws -> ViewStore? {
        try ViewStore(
            state: directory.views(.state, .readOnly),
            audit: audit,
            tagKey: viewKeys.rows,
            blindKey: viewKeys.blind
        )
    }

    func inspectViews(_ size: UInt64) -> ViewsBefore {
        let bytes = try? directory.viewFiles("views", .readOnly).read("trust")
        let mark = bytes.flatMap { try? JSON.parse($0, as: .canonical) }
        let isClean = mark?["clean"]?.flag == true
        return ViewsBefore(
            areTrusted: isClean || mark?["boot"]?.text == clock.world.bootID(),
            areClean: isClean,
            areBehind: (viewSize() ?? 0) < size,
            isAuditGone: (auditSize() ?? 0) == 0
        )
    }

    /// Whether a start may fail: for a fault, but for want of free space only where views must be made anew or caught
    /// up.
    func hasExcuse(_ failure: (any Error)?) -> Bool {
        let faults = disk.faultsMet.dropFirst(faultsBefore)
        guard faults.allSatisfy({ $0.fault == .full }) else { return true }
        guard !faults.isEmpty, let failure = failure as? StorageError, failure.kind == .full, let viewsBefore else {
            return false
        }
        return viewsBefore.needsSpace(for: failure.operation)
    }
}

extension ViewsBefore {
    /// Whether a start cannot do without an operation of the disk.
    func needsSpace(for operation: String) -> Bool {
        // The second copy of the state becomes the state, or all of them are made anew.
        guard areTrusted else { return operation.contains("views") }
        if isAuditGone, operation.hasSuffix("views/audit") { return true }
        guard areBehind else { return false }
        // Before they are caught up it must be written that they are no longer those of a clean stop.
        return operation == "commit to views/state" || (areClean && Self.marks(operation))
    }

    /// The steps of writing the mark: a file beside it, synced, takes its place, and that is synced.
    private static func marks(_ operation: String) -> Bool {
        operation == "sync views" || operation.hasSuffix(" in views") && operation.contains(" .trust.")
    }
}
