import Glibc

/// Whole folders, made, moved and removed: what a rebuild needs to put new views in the place of the old.
package enum FolderMoves {
    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Makes a folder for the owner alone; one that is there already will do.
    package static func make(_ path: String) throws(StorageError) {
        guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw .fromSystem("make \(path)")
    }

    /// Gives a folder another name, atomically; the other name must be free.
    package static func rename(_ path: String, to other: String) throws(StorageError) {
        guard unsafe Glibc.rename(path, other) == 0 else { throw .fromSystem("rename \(path) to \(other)") }
    }

    /// Removes a folder of plain files, if it is there; what an interrupted write left there goes with it.
    ///
    /// Folders within it are left, and so is it then.
    package static func remove(_ path: String) throws(StorageError) {
        guard exists(path) else { return }
        for name in try RealFolder(path: path, isMade: false).names() {
            guard unsafe unlink("\(path)/\(name)") == 0 else { throw .fromSystem("remove \(path)/\(name)") }
        }
        guard unsafe rmdir(path) == 0 else { throw .fromSystem("remove \(path)") }
    }
}
