package import EventLog
package import Storage
package import Views

/// The folders of one data directory, real or simulated.
package struct DataDirectory: Sendable {
    package enum Place: Sendable {
        /// A folder, and where checkpoint and head hint are kept: best on another disk.
        case folder(String, anchor: String)
        case simulated(SimulatedDisk)
    }

    /// Address space, not memory; it grows when it is used up.
    package static let mapBytes = 1 << 34
    /// An operator deletes this file to get free space to act on a full disk.
    package static let reserveBytes = 4 << 20
    package static let reserveName = "reserve"
    package static let viewsName = "views"

    package let place: Place

    package init(path: String, anchor: String? = nil) {
        place = .folder(path, anchor: anchor ?? path + "/anchor")
    }

    package init(simulated disk: SimulatedDisk) { place = .simulated(disk) }

    package func top(_ access: SmallFiles.Access = .readWrite) throws -> SmallFiles { try files("", access) }
    package func keys(_ access: SmallFiles.Access = .readWrite) throws -> SmallFiles { try files("keys", access) }
    package func answers() throws -> SmallFiles { try files("keys/answers", .readWrite) }
    package func viewFiles(
        _ name: String = "views",
        _ access: SmallFiles.Access = .readWrite
    ) throws -> SmallFiles { try files(name, access) }

    /// Where a backup leaves word that it was made.
    package func backups(_ access: SmallFiles.Access = .readWrite) throws -> SmallFiles {
        try files(BackupMemory.folderName, access)
    }

    package func anchor(_ access: SmallFiles.Access = .readWrite) throws -> Anchor {
        switch place {
        case .folder(_, let anchor): Anchor(folder: try SmallFiles(path: anchor, access: access))
        case .simulated(let disk): Anchor(folder: try SmallFiles(simulated: disk, prefix: "anchor", access: access))
        }
    }

    /// Finds out what a ledger consists of, before anything is opened for writing: a start that is refused for a
    /// missing folder makes none in its place.
    func requireWhole() throws {
        guard path("ledger/data.mdb").map(FolderMoves.exists) ?? true else {
            throw LedgerFault.rolledBack("there is no ledger/data.mdb; restore it from a backup")
        }
        guard try isThere({ _ = try keys(.readOnly) }) else {
            throw LedgerFault.keys("there is no keys/; put them back with: muniment keys restore FILE")
        }
        guard try isThere({ _ = try anchor(.readOnly) }) else {
            throw LedgerFault.rolledBack(
                "the anchor has no checkpoint: there is no folder \(anchorPath ?? "anchor"); restore it, or name it with "
                    + "--anchor DIR"
            )
        }
    }

    private func isThere(_ open: () throws -> Void) throws -> Bool {
        do {
            try open()
            return true
        } catch let fault as StorageError where fault.kind == .notFound {
            return false
        }
    }

    package func lock() throws -> FolderLock? {
        switch place {
        case .folder(let path, _): try FolderLock(folder: path)
        case .simulated: nil
        }
    }

    /// The lock of a directory that may have to be made first.
    ///
    /// Opening a folder for writing sweeps it, which only the holder of the lock may do where there is one already.
    func foundingLock() throws -> FolderLock? {
        if let path = path(""), !FolderMoves.exists(path) { _ = try top() }
        return try lock()
    }

    package func ledger(_ access: Environment.Access = .readWrite) throws -> LedgerTables {
        try LedgerTables(try environment("ledger", sync: .everyCommit, access))
    }

    /// Views are rebuilt from the ledger whenever they may be stale, so their commits need not wait for the disk.
    package func views(
        _ part: ViewPart,
        _ access: Environment.Access = .readWrite,
        in name: String = DataDirectory.viewsName,
    ) throws -> Environment {
        try environment("\(name)/\(part.name)", sync: .none, access)
    }

    /// The same for whoever only reads, beside a server or on a medium that nobody can write to.
    func readableViews(_ part: ViewPart) throws -> Environment { try readable { try views(part, $0) } }

    /// The same of the state's second copy.
    func readableKeptState() throws -> Environment { try readable(keptState) }

    private func readable(_ open: (Environment.Access) throws -> Environment) throws -> Environment {
        do {
            return try open(.readOnly)
        } catch let fault as StorageError where fault.kind == .notPermitted || fault.kind == .readOnly {
            return try open(.copied)
        }
    }

    /// The state a second time: it is what a machine's stop leaves, so each of its commits waits for the disk.
    func keptState(_ access: Environment.Access = .readWrite) throws -> Environment {
        try environment(Self.folder(KeptState.name), sync: .everyCommit, access)
    }

    /// The folder of a part of the live views, or of what stands with them.
    static func folder(_ name: String) -> String { "\(viewsName)/\(name)" }

    /// The path of a folder within, where there is a file system.
    package func path(_ name: String) -> String? {
        switch place {
        case .folder(let path, _): "\(path)/\(name)"
        case .simulated: nil
        }
    }

    private func environment(
        _ name: String,
        sync: Environment.Sync,
        _ access: Environment.Access,
    ) throws -> Environment {
        let options = Environment.Options(mapBytes: Self.mapBytes, sync: sync, access: access)
        switch place {
        case .folder(let path, _):
            if access == .readWrite {
                for folder in name.prefixes(endingBefore: "/") { try FolderMoves.make("\(path)/\(folder)") }
            }
            return try Environment(path: "\(path)/\(name)", options: options)
        case .simulated(let disk):
            return try Environment(simulated: disk, name: name, options: options)
        }
    }

    private func files(_ name: String, _ access: SmallFiles.Access) throws -> SmallFiles {
        switch place {
        case .folder(let path, _): try SmallFiles(path: name.isEmpty ? path : "\(path)/\(name)", access: access)
        case .simulated(let disk): try SmallFiles(simulated: disk, prefix: name.isEmpty ? "top" : name, access: access)
        }
    }
}

extension String {
    /// `a/b` gives `a` and `a/b`.
    fileprivate func prefixes(endingBefore separator: Character) -> [String] {
        indices.filter { self[$0] == separator }.map { String(self[..<$0]) } + [self]
    }
}
