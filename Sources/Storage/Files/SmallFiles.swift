import Synchronization

/// A folder of small files, each of which is always either wholly as it was or wholly as written.
///
/// A write goes to a temporary file, is synced, takes the place of the old file by renaming, and the folder is synced;
/// after a failure in between, the old file stands, and the temporary one is swept at the next opening.
/// Any thread may use any file; two writes to one file at one moment leave either.
package final class SmallFiles: Sendable {
    package enum Access: Hashable, Sendable {
        /// Makes a missing folder and sweeps leftovers, so there must be one such user of a folder at a time.
        case readWrite
        /// Writes in a folder of another user, whose leftovers are not ours to sweep, and makes none.
        case beside
        case readOnly
    }

    /// What is larger is not a small file and belongs elsewhere.
    package static let bytesMax = 16 << 20

    /// Shorter than a file name of Linux may be (255 bytes) by what a temporary name adds.
    package static let nameBytesMax = 200

    private let folder: any Folder
    package let access: Access
    private let temporaries = Atomic<Int>(0)

    /// Opens a folder of the file system.
    package convenience init(path: String, access: Access = .readWrite) throws(StorageError) {
        try self.init(try RealFolder(path: path, isMade: access == .readWrite), access)
    }

    /// Opens a folder of a simulated disk.
    package convenience init(
        simulated disk: SimulatedDisk,
        prefix: String,
        access: Access = .readWrite
    ) throws(StorageError) {
        try self.init(try SimulatedFolder(disk: disk, name: prefix, isMade: access == .readWrite), access)
    }

    private init(_ folder: any Folder, _ access: Access) throws(StorageError) {
        self.folder = folder
        self.access = access
        guard access == .readWrite else { return }
        try sweep()
    }

    /// A disk without free space for overwriting, as one that copies on each write, leaves it to the next opening.
    private func sweep() throws(StorageError) {
        do throws(StorageError) {
            for name in try folder.names() where Self.isTemporary(name) { try wipe(name) }
        } catch {
            guard error.kind == .full else { throw error }
        }
    }

    /// Where it is, for an operator to look at.
    package var path: String { folder.path }

    /// The whole content; nil when there is no such file.
    package func read(_ name: String) throws(StorageError) -> [UInt8]? {
        try checkName(name)
        return try folder.read(name, bytesMax: Self.bytesMax)
    }

    /// Some of the content, less where the file ends before; nil when there is no such file.
    package func read(_ name: String, from offset: Int, count: Int) throws(StorageError) -> [UInt8]? {
        try checkName(name)
        return try folder.read(name, from: offset, count: count)
    }

    /// Whether others than the user of this process may read or change a file; a simulated one is nobody else's.
    package func isOpenToOthers(_ name: String) throws(StorageError) -> Bool {
        try checkName(name)
        return try folder.isOpenToOthers(name)
    }

    /// The names of the files, in the order of their bytes.
    ///
    /// Folders and leftovers are not among them.
    package func list() throws(StorageError) -> [String] {
        try folder.names().filter { !Self.isTemporary($0) }.sorted { Array($0.utf8).precedes(Array($1.utf8)) }
    }

    /// Makes durable what names there are: a process that died between giving a name and this has left one that is not.
    package func syncNames() throws(StorageError) { try folder.syncNames() }

    /// Replaces or makes a file, durably.
    ///
    /// After an error either content may stand.
    package func write(_ name: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(StorageError) {
        try checkWrite(name, bytes)
        let temporary = ".\(name).\(temporaries.add(1, ordering: .relaxed).newValue)\(Self.temporaryEnd)"
        do throws(StorageError) {
            try folder.create(temporary, bytes, mode: mode)
            CrashPoint.fileWritten.pass()
            try folder.rename(temporary, to: name)
            CrashPoint.fileRenamed.pass()
        } catch {
            // What cannot be removed either is swept at the next opening; the first error is the one that tells.
            _ = try? folder.unlink(temporary)
            throw error
        }
        try folder.syncNames()
    }

    /// Overwrites or makes a file without waiting for the disk, cheaply enough to follow every commit.
    ///
    /// After a power cut it may hold the old, the new, or a mixture: the content needs a checksum of its own.
    package func writeUnsynced(_ name: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(StorageError) {
        try checkWrite(name, bytes)
        try folder.overwrite(name, bytes, .unsynced(mode: mode))
    }

    /// Removes a file, durably; false when there was none.
    ///
    /// Its bytes may remain on the disk: see `destroy`.
    @discardableResult
    package func remove(_ name: String) throws(StorageError) -> Bool {
        try checkName(name)
        try checkAccess(name)
        let wasThere = try folder.unlink(name)
        if wasThere { try folder.syncNames() }
        return wasThere
    }
}

extension SmallFiles {
    /// Overwrites a file where it lies, durably, so that its old content is gone from the file's own blocks.
    ///
    /// The new content is padded with zeros over whatever was longer, and cut to size when that is on the disk. An
    /// interruption can leave the padding, or a mixture with the old content: the caller repeats what it finds undone.
    package func overwrite(_ name: String, _ bytes: [UInt8]) throws(StorageError) {
        try checkWrite(name, bytes)
        guard let old = try folder.read(name, bytesMax: Self.bytesMax) else {
            throw StorageError(.notFound, "overwrite \(name)")
        }
        let padding = [UInt8](repeating: 0, count: max(0, old.count - bytes.count))
        try folder.overwrite(name, bytes + padding, .synced)
        if !padding.isEmpty { try folder.cut(name, toBytes: bytes.count) }
    }

    /// Destroys a key: overwrites its file with zeros where it lies, syncs, and removes it; false when there was none.
    ///
    /// Durable either way: an earlier attempt may have removed the name and failed to make that last.
    @discardableResult
    package func destroy(_ name: String) throws(StorageError) -> Bool {
        try checkName(name)
        try checkAccess(name)
        let wasThere = try wipe(name)
        try folder.syncNames()
        return wasThere
    }

    /// Leftovers are wiped too: one may hold a key.
    @discardableResult
    private func wipe(_ name: String) throws(StorageError) -> Bool {
        guard let old = try folder.read(name, bytesMax: Self.bytesMax) else { return false }
        try folder.overwrite(name, [UInt8](repeating: 0, count: old.count), .synced)
        return try folder.unlink(name)
    }

    private static let temporaryEnd = ".tmp"

    private static func isTemporary(_ name: String) -> Bool {
        name.hasPrefix(".") && name.hasSuffix(temporaryEnd)
    }

    private func checkName(_ name: String) throws(StorageError) {
        let isPlain = name.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 != 0 }
        guard isPlain, !name.hasPrefix("."), (1...Self.nameBytesMax).contains(name.utf8.count) else {
            throw StorageError(.invalid("no name for a small file"), "use \(name)")
        }
    }

    private func checkAccess(_ name: String) throws(StorageError) {
        guard access != .readOnly else { throw StorageError(.readOnly, "change \(name)") }
    }

    private func checkWrite(_ name: String, _ bytes: [UInt8]) throws(StorageError) {
        try checkName(name)
        try checkAccess(name)
        guard bytes.count <= Self.bytesMax else {
            throw StorageError(.invalid("larger than \(Self.bytesMax) bytes"), "write \(name)")
        }
    }
}
