import Glibc

/// A folder of the file system, held open: whatever happens to its path, it stays this folder.
final class RealFolder: Folder {
    let path: String
    let folder: Int32

    init(path: String, isMade: Bool) throws(StorageError) {
        if isMade { try Self.make(path) }
        folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.path = path
        guard folder >= 0 else { throw .fromSystem("open \(path)") }
    }

    deinit {
        close(folder)
    }

    /// Makes a folder that may be there already, and makes its name durable.
    static func make(_ path: String) throws(StorageError) {
        guard unsafe mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { return }
            throw .fromSystem("make \(path)")
        }
        try RealFolder(path: "\(path)/..", isMade: false).syncNames()
    }

    func names() throws(StorageError) -> [String] {
        // A listing needs a descriptor of its own, with a place of its own.
        let copy = unsafe openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw .fromSystem("list \(path)") }
        guard let listing = unsafe fdopendir(copy) else {
            close(copy)
            throw .fromSystem("list \(path)")
        }
        defer { unsafe closedir(listing) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(listing) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let isKnownPlain = unsafe Int(entry.pointee.d_type) == DT_REG
            guard try isKnownPlain ? true : isPlain(name) else { continue }
            names.append(name)
        }
        guard errno == 0 else { throw .fromSystem("list \(path)") }
        return names
    }

    func isOpenToOthers(_ name: String) throws(StorageError) -> Bool {
        try Machine.isOpenToOthers("\(path)/\(name)")
    }

    /// Asked where the listing does not tell: of links, and on file systems that keep no kind there.
    private func isPlain(_ name: String) throws(StorageError) -> Bool {
        try facts(of: name).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
    }

    private func facts(of name: String) throws(StorageError) -> stat? {
        var facts = stat()
        guard unsafe fstatat(folder, name, &facts, 0) == 0 else {
            if errno == ENOENT { return nil }
            throw .fromSystem("look at \(name) in \(path)")
        }
        return facts
    }

    func read(_ name: String, bytesMax: Int) throws(StorageError) -> [UInt8]? {
        try withFile(toRead: name) { (file, operation) throws(StorageError) in
            let size = try DataFile.size(of: file, "\(path)/\(name)")
            guard size <= bytesMax else { throw StorageError(.invalid("larger than \(bytesMax) bytes"), operation) }
            return try read(file, 0, size, operation)
        }
    }

    func read(_ name: String, from offset: Int, count: Int) throws(StorageError) -> [UInt8]? {
        try withFile(toRead: name) { (file, operation) throws(StorageError) in
            try read(file, offset, count, operation)
        }
    }

    private func withFile(
        toRead name: String,
        _ body: (_ file: Int32, _ operation: String) throws(StorageError) -> [UInt8],
    ) throws(StorageError) -> [UInt8]? {
        let operation = "read \(name) in \(path)"
        let file = unsafe openat(folder, name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw .fromSystem(operation)
        }
        defer { close(file) }
        return try body(file, operation)
    }

    /// Reads until there is so much or the file ends, whichever comes first: it may be cut while it is read.
    private func read(
        _ file: Int32,
        _ offset: Int,
        _ size: Int,
        _ operation: String,
    ) throws(StorageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        var done = 0
        while done < size {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                return unsafe pread(file, rest.baseAddress, rest.count, offset + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .fromSystem(operation) }
            guard count > 0 else { break }
            done += count
        }
        return done == size ? bytes : Array(bytes[..<done])
    }

    func rename(_ name: String, to newName: String) throws(StorageError) {
        guard unsafe renameat(folder, name, folder, newName) == 0 else {
            throw .fromSystem("rename \(name) to \(newName) in \(path)")
        }
    }

    func unlink(_ name: String) throws(StorageError) -> Bool {
        guard unsafe unlinkat(folder, name, 0) != 0 else { return true }
        guard errno == ENOENT else { throw .fromSystem("remove \(name) in \(path)") }
        return false
    }

    func syncNames() throws(StorageError) {
        guard fsync(folder) == 0 else { throw .fromSystem("sync \(path)") }
    }
}
