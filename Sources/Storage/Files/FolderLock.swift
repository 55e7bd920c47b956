import Glibc

/// The mark that one process, and no other, writes to a folder: a lock on its file `lock`.
///
/// It is the operating system's lock (flock), which goes with the process however that ends; the file may remain and
/// means nothing by itself. The process id inside it is for the message alone.
package final class FolderLock: Sendable {
    private static let name = "lock"

    private let file: Int32

    /// Takes the lock at once or reports `.locked` with the holder, as far as it can be known.
    package init(folder: String) throws(StorageError) {
        let operation = "lock \(folder)/\(Self.name)"
        file = unsafe open("\(folder)/\(Self.name)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .fromSystem(operation) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw .fromSystem(operation) }
            throw StorageError(.locked(by: Self.holder(file)), operation, code: EWOULDBLOCK)
        }
        try writeHolder(operation)
    }

    deinit {
        // Closing is not enough: a process that is just being started has the descriptor too, until it becomes another.
        _ = flock(file, LOCK_UN)
        close(file)
    }

    private func writeHolder(_ operation: String) throws(StorageError) {
        let text = Array("\(getpid())\n".utf8)
        let isWritten = unsafe text.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, $0.count, 0) == $0.count }
        let failure = StorageError.fromSystem(operation)
        // On a full disk the lock still holds; only its message would be poorer.
        guard isWritten || failure.kind == .full else { throw failure }
        _ = ftruncate(file, isWritten ? text.count : 0)
    }

    private static func holder(_ file: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 12)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
