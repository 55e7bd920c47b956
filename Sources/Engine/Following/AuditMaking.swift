import EventLog
import Storage
import Synchronization
import Views

/// Makes the audit's tables anew beside serving, from the first entry to the last, and hands them to the writer.
///
/// Only one writes to them at a time: the follower until it is near, and from then on the writer, which folds what is
/// missing at the beginning of a drain.
final class AuditMaking: Sendable {
    /// The writer takes over as many entries at most, which it folds in a few hundredths of a second.
    static let entriesTakenMax: UInt64 = 4_096
    /// What a start still folds before it serves: a third of a second's worth.
    package static let entriesAtStartMax: UInt64 = 50_000
    /// Entries a second that are promised before any was folded.
    private static let entriesPerSecondAtFirst: UInt64 = 50_000

    /// Where there was no free space, or no place among the readers, it is tried again.
    private static let againMicroseconds: Int64 = 5_000_000

    private enum Phase: Equatable {
        case making(notBefore: Int64)
        case near, done
        /// Something is wrong that time does not heal; a start begins anew.
        case givenUp
    }

    private let views: ViewStore
    private let builder: ViewBuilder
    private let world: World
    private let phase: Mutex<Phase>

    init(_ views: ViewStore, _ builder: ViewBuilder, world: World) {
        self.views = views
        self.builder = builder
        self.world = world
        phase = Mutex(views.auditProgress == nil ? .done : .making(notBefore: 0))
    }

    /// Folds what is there, a commit at a time.
    ///
    /// - Parameter goesOn: asked after each commit.
    /// - Returns: whether there is more to do.
    func follow(to size: () -> UInt64, while goesOn: () -> Bool) throws -> Bool {
        guard case .making(let notBefore) = phase.withLock({ $0 }), world.sinceBoot() >= notBefore else { return false }
        do {
            return try make(to: size, while: goesOn)
        } catch let fault as StorageError where fault.isPassing || fault.kind == .full {
            phase.withLock { $0 = .making(notBefore: world.sinceBoot() + Self.againMicroseconds) }
            throw fault
        } catch {
            phase.withLock { $0 = .givenUp }
            throw error
        }
    }

    private func make(to size: () -> UInt64, while goesOn: () -> Bool) throws -> Bool {
        let (start, began) = (try views.applied(.audit)?.size ?? 0, world.sinceBoot())
        try builder.catchUp(views, [.audit], to: size()) { [views, world] folded in
            let (spent, end) = (max(1, world.sinceBoot() - began), size())
            views.auditProgress = AuditProgress(folded: folded, of: end, since: start, microseconds: spent)
            return goesOn()
        }
        guard try size() - (views.applied(.audit)?.size ?? 0) <= Self.entriesTakenMax else { return true }
        phase.withLock { $0 = .near }
        return false
    }

    /// Called by the writer before it decides: from then on each commit writes to the audit.
    func takeOver(at size: UInt64) throws {
        guard phase.withLock({ $0 }) == .near else { return }
        do {
            try builder.catchUp(views, [.audit], to: size)
        } catch let fault as StorageError where fault.isPassing || fault.kind == .full {
            // The next drain tries again.
            return
        }
        views.auditProgress = nil
        phase.withLock { $0 = .done }
    }

    /// What is said before the first entry was folded.
    static func beginning(_ folded: UInt64, of size: UInt64) -> AuditProgress {
        AuditProgress(folded: folded, size: size, secondsLeft: Int64((size - folded) / entriesPerSecondAtFirst) + 1)
    }
}
