package import EventLog
import Storage
import Views

/// Holds the views against the ledger and against their own mark, for whoever only reads.
///
/// Views that no start would believe say nothing: they are made anew.
package struct ViewCheck {
    private let directory: DataDirectory
    private let tables: LedgerTables
    private let keys: KeyStore?
    private let world: World

    /// - Parameter keys: without the keys of rows nothing is compared.
    package init(_ directory: DataDirectory, tables: LedgerTables, keys: KeyStore?, world: World = .system) {
        (self.directory, self.tables, self.keys, self.world) = (directory, tables, keys, world)
    }

    /// What is wrong with them.
    ///
    /// - Parameter isQuick: only how far they are; else the sum of each table, too.
    package func problems(isQuick: Bool) -> [String] {
        do {
            guard let views = try believed() else { return [] }
            for part in views.parts {
                if let applied = try views.applied(part), let lost = try lost(applied) { return [lost] }
            }
            if isQuick { return [] }
            return try views.tablesUnlikeMark(among: ViewTable.allCases).map {
                "the table \($0.name) of the views is not as it was written; a start makes them anew"
            }
        } catch let fault as ViewFault {
            return fault == .otherLayout ? [] : ["the views are damaged, and a start makes them anew: \(fault)"]
        } catch let fault as StorageError where fault.kind == .notFound {
            return []
        } catch {
            return ["the views cannot be read: \(error)"]
        }
    }

    /// What a start would believe: the views as they were left, or the second copy of the state after a machine's stop.
    private func believed() throws -> ViewStore? {
        guard let rows = try keys?.key(KeyName.viewRows), let blind = try keys?.key(KeyName.blindIndex),
            directory.exists(DataDirectory.viewsName),
            let standing = try? ViewTrust(directory, world: world, .readOnly).standing()
        else { return nil }
        let isLeft = standing.views != .machine
        return try ViewStore(
            state: isLeft ? directory.readableViews(.state) : directory.readableKeptState(),
            audit: isLeft && standing.isAuditKept ? directory.readableViews(.audit) : nil,
            tagKey: rows,
            blindKey: blind
        )
    }

    /// What the views have folded and the ledger does not have: read after them, it is at least as far.
    private func lost(_ applied: ViewStore.Applied) throws -> String? {
        try tables.environment.read { reader in
            let size = try tables.size(reader)
            guard applied.size <= size else {
                return "the ledger has \(size) entries, and the views have folded \(applied.size)"
            }
            guard try tables.range(at: applied.size, reader).root == applied.root else {
                return "the first \(applied.size) entries are not those that the views have folded"
            }
            return nil
        }
    }
}
