import EventLog
import Storage
import Synchronization
import Views

/// The state a second time, folded from the ledger by itself, and synced: what is left of views when a machine stops.
///
/// Where both have folded the same entries they have the same sums: each fold has a second opinion. It follows when it
/// is ten seconds or 50,000 entries behind. Where it is missing, damaged, of another ledger, or so far behind that a
/// start would take long to fold what it lacks, it is made anew from the state, beside serving.
package final class KeptState: Sendable {
    static let name = "kept"
    static let freshName = "kept.new"
    package static let behindMicrosecondsMax: Int64 = 10_000_000
    static let entriesBehindMax: UInt64 = 50_000
    /// What lacks more is copied instead: folding as much takes a start more than a second.
    package static let entriesFoldedMax: UInt64 = 500_000

    private struct State {
        var store: ViewStore?
        /// When it last was as far as the state; nil where it never was and is to be at once.
        var followedAt: Int64?
        var size: UInt64
        var isGivenUp = false
    }

    private let directory: DataDirectory
    private let views: ViewStore
    private let builder: ViewBuilder
    private let open: @Sendable (Environment) throws -> ViewStore
    private let world: World
    private let behindMicrosecondsMax: Int64
    private let entriesFoldedMax: UInt64
    private let log: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - size: how many entries there are at the start.
    ///   - isDue: whether it is wanted at once: the one that was there has become the state.
    ///   - open: gives an environment the keys of rows.
    init(
        _ directory: DataDirectory,
        _ views: ViewStore,
        _ builder: ViewBuilder,
        world: World,
        size: UInt64,
        isDue: Bool,
        behindMicrosecondsMax: Int64,
        entriesFoldedMax: UInt64,
        log: @escaping @Sendable (String) -> Void,
        open: @escaping @Sendable (Environment) throws -> ViewStore,
    ) {
        self.directory = directory
        self.views = views
        self.builder = builder
        self.open = open
        self.world = world
        self.log = log
        self.behindMicrosecondsMax = behindMicrosecondsMax
        self.entriesFoldedMax = entriesFoldedMax
        let now = world.sinceBoot()
        state = Mutex(State(followedAt: isDue ? nil : now, size: isDue ? 0 : size))
    }

    func isDue(size: UInt64) -> Bool {
        state.withLock { state in
            guard !state.isGivenUp else { return false }
            let isLong = state.followedAt.map { world.sinceBoot() - $0 >= behindMicrosecondsMax } ?? true
            return size > state.size && (isLong || size - state.size >= Self.entriesBehindMax)
        }
    }

    /// Brings it to where the state is.
    ///
    /// - Returns: the tables whose sums are not those of the state.
    func follow() throws -> [String] {
        guard let wanted = try views.stateSums() else { return [] }
        // What goes wrong is tried again, and not at once.
        defer { state.withLock { $0.followedAt = world.sinceBoot() } }
        let store = try brought(to: wanted.applied.size)
        CrashPoint.keptFollowed.pass()
        guard let found = try store.stateSums() else { return [] }
        state.withLock { $0.size = found.applied.size }
        // A copy that was just made may be of a later moment.
        guard found.applied == wanted.applied else { return [] }
        return zip(found.sums, wanted.sums).filter { $0.0.total != $0.1.total }.map(\.0.table)
    }

    /// It is not believed any more, by this run or the next.
    func forget() {
        state.withLock { state in
            state.store = nil
            state.isGivenUp = true
        }
        try? directory.remove(DataDirectory.folder(Self.name))
    }

    /// Lets go of its files.
    func close() {
        state.withLock { state in
            state.store = nil
            state.isGivenUp = true
        }
    }

    /// The one that is there, with what it lacked; where something is wrong with it, another in its place, which is as
    /// far as the state is now.
    private func brought(to size: UInt64) throws -> ViewStore {
        do {
            if let store = try state.withLock({ $0.store }) ?? whole(upTo: size) {
                let missing = try size - (store.applied()?.size ?? 0)
                if missing <= entriesFoldedMax {
                    try builder.catchUp(store, to: size)
                    return use(store)
                }
                log("the second copy of the state is made anew: it is \(missing) entries behind")
            }
        } catch let fault as ViewFault {
            log("the second copy of the state is made anew: \(fault)")
        } catch LedgerFault.rolledBack(let why, _) {
            log("the second copy of the state is made anew: \(why)")
        } catch let fault as StorageError where fault.isOfWhatIsStored {
            log("the second copy of the state is made anew: \(fault)")
        }
        return use(try copied())
    }

    /// What an earlier run left, summed up; nothing where there is none, or somebody has altered it.
    private func whole(upTo size: UInt64) throws -> ViewStore? {
        guard directory.exists(DataDirectory.folder(Self.name)) else { return nil }
        let store = try open(directory.keptState())
        guard let applied = try store.applied() else { return nil }
        try builder.requireInLedger(applied, of: size)
        let unlike = try store.tablesUnlikeMark(among: ViewPart.state.tables)
        if unlike.isEmpty { return store }
        log("the second copy of the state was altered, and is made anew: \(unlike.map(\.name))")
        return nil
    }

    /// A copy of the state as it is now, in the place of the one before.
    private func copied() throws -> ViewStore {
        let (path, fresh) = (DataDirectory.folder(Self.name), DataDirectory.folder(Self.freshName))
        state.withLock { $0.store = nil }
        try directory.remove(path)
        try directory.remove(fresh)
        try directory.copy(views.state, to: fresh)
        CrashPoint.keptCopied.pass()
        try directory.rename(fresh, to: path)
        try directory.viewFiles(DataDirectory.viewsName, .beside).syncNames()
        return try open(directory.keptState())
    }

    private func use(_ store: ViewStore) -> ViewStore {
        state.withLock { $0.store = store }
        return store
    }
}
