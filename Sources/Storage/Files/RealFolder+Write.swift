import Glibc

extension RealFolder {
    func create(_ name: String, _ bytes: [UInt8], mode: UInt32) throws(StorageError) {
        try withFile(name, O_WRONLY | O_CREAT | O_TRUNC, mode, "write") { (file, operation) throws(StorageError) in
            // The mode of `open` is narrowed by the process's mask; what was asked for is meant exactly.
            guard fchmod(file, mode) == 0 else { throw .fromSystem(operation) }
            try write(bytes, to: file, operation)
            guard fsync(file) == 0 else { throw .fromSystem(operation) }
        }
    }

    func overwrite(_ name: String, _ bytes: [UInt8], _ way: Overwriting) throws(StorageError) {
        switch way {
        case .synced:
            try withFile(name, O_WRONLY, 0, "overwrite") { (file, operation) throws(StorageError) in
                try write(bytes, to: file, operation)
                guard fsync(file) == 0 else { throw .fromSystem(operation) }
            }
        case .unsynced(let mode):
            try withFile(name, O_WRONLY | O_CREAT, mode, "write") { (file, operation) throws(StorageError) in
                try write(bytes, to: file, operation)
                guard try DataFile.size(of: file, operation) > bytes.count else { return }
                guard ftruncate(file, bytes.count) == 0 else { throw .fromSystem(operation) }
            }
        }
    }

    func cut(_ name: String, toBytes bytes: Int) throws(StorageError) {
        try withFile(name, O_WRONLY, 0, "cut") { (file, operation) throws(StorageError) in
            guard ftruncate(file, bytes) == 0, fsync(file) == 0 else { throw .fromSystem(operation) }
        }
    }

    /// Makes a file that LMDB has written durable, and ours alone to read.
    func sealCopy(_ name: String) throws(StorageError) {
        try withFile(name, O_WRONLY, 0, "sync") { (file, operation) throws(StorageError) in
            guard fchmod(file, 0o600) == 0, fsync(file) == 0 else { throw .fromSystem(operation) }
        }
        try syncNames()
    }

    private func withFile(
        _ name: String,
        _ flags: Int32,
        _ mode: UInt32,
        _ verb: String,
        _ body: (_ file: Int32, _ operation: String) throws(StorageError) -> Void
    ) throws(StorageError) {
        let operation = "\(verb) \(name) in \(path)"
        let file = unsafe openat(folder, name, flags | O_CLOEXEC, mode)
        guard file >= 0 else { throw .fromSystem(operation) }
        defer { close(file) }
        try body(file, operation)
    }

    private func write(_ bytes: [UInt8], to file: Int32, _ operation: String) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                return unsafe pwrite(file, rest.baseAddress, rest.count, done)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .fromSystem(operation) }
            done += count
        }
    }
}
