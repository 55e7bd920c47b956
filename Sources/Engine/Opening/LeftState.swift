import EventLog
import Storage
import Views

/// The state as the last run left it, opened and summed while the ledger's keys are compared.
///
/// Of a large ledger both together are most of a start, and neither changes anything.
final class LeftState {
    /// A state whose authority tables are summed, each on a thread of its own.
    struct Summed {
        let store: ViewStore
        let applied: ViewStore.Applied?
        private let sums: [Aside<[ViewTable]>]

        init(_ store: ViewStore, applied: ViewStore.Applied?) {
            self.store = store
            self.applied = applied
            sums = ViewPart.state.tables.filter(\.givesAuthority).map { table in
                Aside(name: "sum") { try store.tablesUnlikeMark(among: [table]) }
            }
        }

        /// The tables that somebody has altered.
        func altered() throws -> [String] { try sums.flatMap { try $0.value() }.map(\.name) }
    }

    private let directory: DataDirectory
    private let world: World
    private let log: (String) -> Void
    private var found = Result<Summed?, any Error>.success(nil)
    /// How the last run ended, and how far the views are believed: asked before the state is opened, which makes the
    /// files of a ledger that has none yet.
    private(set) var trust: (stop: ViewTrust.Stop, standing: ViewTrust.Standing)?

    init(of directory: DataDirectory, world: World, log: @escaping (String) -> Void) {
        self.directory = directory
        self.world = world
        self.log = log
    }

    /// Opens the state and begins to sum it, unless a machine's stop may have torn it.
    ///
    /// What goes wrong is told by ``take()``: what is wrong with the keys is told first.
    func sum(_ keys: KeyStore) {
        found = Result {
            guard directory.exists(DataDirectory.viewsName) else { return nil }
            let standing = try ViewTrust(directory, world: world, .readOnly).standing()
            trust = (try ViewTrust.untoldStop(in: directory, world: world), standing)
            guard standing.views != .machine else { return nil }
            return try keys.state(in: directory, log).map { Summed($0.store, applied: $0.applied) }
        }
    }

    /// Gives the state away, whose files are closed when it goes; `nil` where there is none to be believed.
    func take() throws -> Summed? {
        defer { found = .success(nil) }
        return try found.get()
    }
}
