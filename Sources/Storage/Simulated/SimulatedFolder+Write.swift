import Glibc

extension SimulatedFolder {
    func create(_ file: String, _ bytes: [UInt8], mode: UInt32) throws(StorageError) {
        try write(file, "write") { stored in
            stored.make(file, SimulatedFile(bytes, mode: mode))
        }
        try sync(file)
    }

    func overwrite(_ file: String, _ bytes: [UInt8], _ way: Overwriting) throws(StorageError) {
        switch way {
        case .synced:
            guard let old = try read(file, bytesMax: .max) else {
                throw StorageError(code: ENOENT, "overwrite \(file) in \(name)")
            }
            try write(file, "overwrite") { $0[file]?.write(bytes + old.dropFirst(bytes.count)) }
            try sync(file)
        case .unsynced(let mode):
            try write(file, "write") { stored in
                if stored[file] == nil { stored.make(file, SimulatedFile([], mode: mode)) }
                stored[file]?.write(bytes)
            }
        }
    }

    func cut(_ file: String, toBytes bytes: Int) throws(StorageError) {
        try write(file, "cut") { stored in
            guard let old = stored[file] else { return }
            stored[file]?.write(Array(old.written.prefix(bytes)))
        }
        try sync(file)
    }

    /// Changes the content of a file; a fault decides what a crash makes of it.
    private func write(_ file: String, _ verb: String, _ body: (inout Stored) -> Void) throws(StorageError) {
        try change("\(verb) \(file) in \(name)") { (stored, fault) throws(StorageError) in
            body(&stored)
            try stored.suffer(fault, file)
        }
    }

    private func sync(_ file: String) throws(StorageError) {
        try change("sync \(file) in \(name)") { (stored, fault) throws(StorageError) in
            try stored.suffer(fault, file)
            stored[file]?.sync()
        }
    }
}

extension SimulatedFolder.Stored {
    fileprivate mutating func suffer(_ fault: SilentFault?, _ file: String) throws(StorageError) {
        switch fault {
        case nil: break
        case .lost: self[file]?.suffer(.lost)
        case .torn: self[file]?.suffer(.torn)
        case .keptButDenied(let error):
            self[file]?.sync()
            throw error
        }
    }
}
