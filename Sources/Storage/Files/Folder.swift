/// The few things the operating system does with a folder, from which `SmallFiles` builds its promises.
///
/// There are two: the file system's and the simulated disk's. So the order of steps, which is what makes a write
/// durable, is the same code in both.
protocol Folder: Sendable {
    /// As an operator knows it.
    var path: String { get }

    /// The names of the plain files.
    func names() throws(StorageError) -> [String]
    func read(_ name: String, bytesMax: Int) throws(StorageError) -> [UInt8]?
    /// Some of the bytes, fewer where the file ends before.
    func read(_ name: String, from offset: Int, count: Int) throws(StorageError) -> [UInt8]?
    func isOpenToOthers(_ name: String) throws(StorageError) -> Bool

    /// Writes and syncs a new file; its name is not durable before `syncNames`.
    func create(_ name: String, _ bytes: [UInt8], mode: UInt32) throws(StorageError)
    /// Writes over the beginning of a file; unsynced, the file is made if need be and ends where the bytes end.
    func overwrite(_ name: String, _ bytes: [UInt8], _ way: Overwriting) throws(StorageError)
    /// Shortens a file and syncs it.
    func cut(_ name: String, toBytes bytes: Int) throws(StorageError)

    func rename(_ name: String, to newName: String) throws(StorageError)
    /// False when there was no such file.
    func unlink(_ name: String) throws(StorageError) -> Bool
    /// Makes the names durable.
    func syncNames() throws(StorageError)
}

enum Overwriting {
    case synced
    case unsynced(mode: UInt32)
}
