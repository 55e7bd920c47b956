package import EventLog
import Storage
package import Views

/// Builds the views of any moment from the ledger, into a folder of their own.
///
/// It only reads the data directory, so it runs beside a server. It needs the keys: rows are sealed with one of them.
package struct ViewReplay {
    /// What was built.
    package struct Built {
        package let views: ViewStore
        /// How many entries are folded.
        package let size: UInt64
        /// How many attestations of views were compared on the way.
        package let attestedCount: Int
        /// Those that attest other views, each with the tables that differ.
        package let unlikeAttested: [(index: UInt64, tables: [String])]
    }

    /// What came of a comparison with the live views.
    package struct Compared {
        /// How many entries the live views had folded.
        package let size: UInt64
        /// The first rows that differ.
        package let differences: [ViewDifference]
        /// The replay that they were compared with.
        package let replay: Built
    }

    /// The folders it makes in the one it is given.
    static let viewsName = "views"
    static let liveName = "live"
    static let wholeName = "whole"
    static let differencesMax = 100

    private let directory: DataDirectory
    private let target: DataDirectory
    private let tables: LedgerTables
    private let keys: KeyStore
    private let builder: ViewBuilder

    /// - Parameter target: a folder that is there and empty.
    package init(_ directory: DataDirectory, tables: LedgerTables, keys: KeyStore, into target: DataDirectory) throws {
        let genesis = try tables.environment.read { try tables.entry(0, $0) }
        guard let genesis else { throw LedgerFault.rolledBack("the ledger has no first entry") }
        self.directory = directory
        self.target = target
        self.tables = tables
        self.keys = keys
        builder = ViewBuilder(
            tables: tables,
            keys: keys,
            ledger: try LedgerIdentity(genesis: Entry(decoding: genesis)).id
        )
    }

    /// - Parameter moment: `nil` is now.
    /// - Returns: `nil` when the ledger has no such moment.
    package func build(to moment: Moment?) throws -> Built? {
        let present = try tables.environment.read { try tables.size($0) }
        guard let size = try moment.map({ try $0.size(in: tables, of: present) }) ?? present else { return nil }
        return try build(Self.viewsName, size)
    }

    /// Compares the live views with a replay of all that they have folded, row by row.
    ///
    /// It also says which attestations of views on the way do not hold.
    package func compare(with built: Built) throws -> Compared {
        // A copy is one committed moment; the live views go on while we compare.
        let live = try copyOfLiveViews()
        defer { try? target.removeViews(Self.liveName) }
        let sizes = try ViewPart.allCases.compactMap { try live.applied($0)?.size }
        guard let size = sizes.max() else { throw LedgerFault.format("the live views are empty") }
        // Their parts were copied one after the other, or one is still being made.
        try builder.catchUp(live, to: size)
        let whole = size == built.size ? built : try build(Self.wholeName, size)
        defer { if size != built.size { try? target.removeViews(Self.wholeName) } }
        return Compared(
            size: size,
            differences: try live.differences(from: whole.views, limit: Self.differencesMax),
            replay: whole
        )
    }

    private func build(_ name: String, _ size: UInt64) throws -> Built {
        let views = try store(name)
        let check = AttestationCheck()
        try builder.catchUp(views, to: size, check: check)
        for environment in views.environments { try environment.sync() }
        return Built(
            views: views,
            size: size,
            attestedCount: check.comparedCount,
            unlikeAttested: check.differences.map { ($0.index, $0.tables) }
        )
    }

    private func copyOfLiveViews() throws -> ViewStore {
        do {
            _ = try target.viewFiles(Self.liveName)
            for part in ViewPart.allCases {
                try target.copy(directory.readableViews(part), to: "\(Self.liveName)/\(part.name)")
            }
        } catch let fault as StorageError where fault.kind == .notFound {
            throw LedgerFault.format("there are no live views yet; run: muniment rebuild")
        }
        return try store(Self.liveName)
    }

    private func store(_ name: String) throws -> ViewStore {
        guard let rows = try keys.key(KeyName.viewRows), let blind = try keys.key(KeyName.blindIndex) else {
            throw LedgerFault.keys("views cannot be built without the keys")
        }
        return try ViewStore(
            state: target.views(.state, in: name),
            audit: target.views(.audit, in: name),
            tagKey: rows,
            blindKey: blind
        )
    }
}
