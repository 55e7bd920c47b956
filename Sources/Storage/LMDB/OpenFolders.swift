import Synchronization

/// The folders this process has open with LMDB's locks.
///
/// LMDB must not be opened twice on one folder in a process: closing either would drop the file locks of both, since
/// POSIX ties them to the process. So the second is refused.
enum OpenFolders {
    private static let open = Mutex<Set<Machine.FileIdentity>>([])

    static func claim(_ path: String) throws(StorageError) -> Machine.FileIdentity {
        let folder = try Machine.fileIdentity(of: path)
        guard open.withLock({ $0.insert(folder).inserted }) else {
            throw StorageError(.invalid("this process has it open already"), "open \(path)")
        }
        return folder
    }

    static func release(_ folder: Machine.FileIdentity) {
        open.withLock { _ = $0.remove(folder) }
    }
}
