import Glibc

extension Machine {
    /// What tells a file or folder from every other on the machine, whatever its name.
    package struct FileIdentity: Hashable, Sendable {
        package let device: UInt64
        package let inode: UInt64
    }

    package static func fileIdentity(of path: String) throws(StorageError) -> FileIdentity {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { throw .fromSystem("look at \(path)") }
        return FileIdentity(device: UInt64(facts.st_dev), inode: UInt64(facts.st_ino))
    }

    /// The space of a file system, as far as it is ours to use.
    package struct DiskSpace: Hashable, Sendable {
        package let freeBytes: Int
        package let totalBytes: Int

        package init(freeBytes: Int, totalBytes: Int) {
            self.freeBytes = freeBytes
            self.totalBytes = totalBytes
        }

        /// How much of it is used, from 0 to 1.
        package var usedShare: Double { 1 - Double(freeBytes) / Double(max(totalBytes, 1)) }
    }

    package static func diskSpace(at path: String) throws(StorageError) -> DiskSpace {
        var facts = statvfs()
        guard unsafe statvfs(path, &facts) == 0 else { throw .fromSystem("measure the room at \(path)") }
        let blockBytes = Int(facts.f_frsize)
        return DiskSpace(freeBytes: Int(facts.f_bavail) * blockBytes, totalBytes: Int(facts.f_blocks) * blockBytes)
    }
}
