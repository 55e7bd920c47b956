import Storage
import Views

// Views are built beside the live ones and moved into their place, on a file system and on a simulated disk alike.
extension DataDirectory {
    func exists(_ name: String) -> Bool {
        switch place {
        case .folder(let path, _): FolderMoves.exists("\(path)/\(name)")
        case .simulated(let disk): disk.exists(name)
        }
    }

    /// Gives one of its folders another name, which must be free.
    func rename(_ name: String, to other: String) throws(StorageError) {
        switch place {
        case .folder(let path, _): try FolderMoves.rename("\(path)/\(name)", to: "\(path)/\(other)")
        case .simulated(let disk): try disk.rename(name, to: other)
        }
    }

    /// Removes one of its folders, if it is there.
    func remove(_ name: String) throws(StorageError) {
        switch place {
        case .folder(let path, _): try FolderMoves.remove("\(path)/\(name)")
        case .simulated(let disk): try disk.remove(name)
        }
    }

    /// Removes views and everything that stands with them.
    func removeViews(_ name: String = DataDirectory.viewsName) throws(StorageError) {
        guard exists(name) else { return }
        for part in ViewPart.allCases { try remove("\(name)/\(part.name)") }
        for kept in [KeptState.name, KeptState.freshName] { try remove("\(name)/\(kept)") }
        try remove(name)
    }

    /// Copies the newest committed moment of an environment into a new folder of this directory.
    func copy(_ environment: Environment, to name: String) throws(StorageError) {
        switch place {
        case .folder(let path, _): try environment.copy(to: "\(path)/\(name)")
        case .simulated(let disk): try environment.copy(to: disk, as: name)
        }
    }
}
