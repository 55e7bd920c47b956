import Glibc

/// The twin of a folder of the file system on a simulated disk.
final class SimulatedFolder: Folder {
    /// What the disk keeps of it: the files by number, and which name means which.
    struct Stored: Sendable {
        var names = Recorded<[String: Int]>([:])
        var files: [Int: SimulatedFile] = [:]
        var lastFile = 0

        mutating func crash(_ random: inout SeededRandom) {
            names.crash(&random)
            let named = Set(names.current.values)
            files = files.filter { named.contains($0.key) }
            for number in files.keys.sorted() { files[number]?.crash(&random) }
        }
    }

    let name: String
    var path: String { name }
    let disk: SimulatedDisk
    let life: Int

    init(disk: SimulatedDisk, name: String, isMade: Bool) throws(StorageError) {
        self.disk = disk
        self.name = name
        life = disk.life
        try disk.use(life: life, "open \(name)") { (state) throws(StorageError) in
            guard state.folders[name] == nil else { return }
            guard isMade else { throw StorageError(code: ENOENT, "open \(name)") }
            state.folders[name] = Stored()
        }
    }

    func names() throws(StorageError) -> [String] {
        disk.letOthersGoBeforeListing()
        return try inspect("list \(name)") { Array($0.names.current.keys) }
    }

    func read(_ file: String, bytesMax: Int) throws(StorageError) -> [UInt8]? {
        try inspect("read \(file) in \(name)") { $0[file]?.written }
    }

    func read(_ file: String, from offset: Int, count: Int) throws(StorageError) -> [UInt8]? {
        try inspect("read \(file) in \(name)") { stored in
            stored[file].map { Array($0.written.dropFirst(offset).prefix(count)) }
        }
    }

    func isOpenToOthers(_ file: String) throws(StorageError) -> Bool {
        try inspect("look at \(file) in \(name)") { $0[file].map { $0.mode & 0o077 != 0 } ?? false }
    }

    func rename(_ file: String, to newName: String) throws(StorageError) {
        try changeNames("rename \(file) to \(newName) in \(name)") { names in
            names[newName] = names.removeValue(forKey: file)
        }
    }

    func unlink(_ file: String) throws(StorageError) -> Bool {
        guard try inspect("remove \(file) in \(name)", { $0[file] != nil }) else { return false }
        try changeNames("remove \(file) in \(name)") { $0[file] = nil }
        return true
    }

    func syncNames() throws(StorageError) {
        try change("sync \(name)") { (stored, fault) throws(StorageError) in
            switch fault {
            case nil: stored.names.sync()
            case .lost, .torn: stored.names.startLosing()
            case .keptButDenied(let error):
                stored.names.sync()
                throw error
            }
        }
    }

    private func changeNames(_ operation: String, _ body: (inout [String: Int]) -> Void) throws(StorageError) {
        try change(operation) { (stored, fault) throws(StorageError) in
            var names = stored.names.current
            body(&names)
            switch fault {
            case nil:
                stored.names.change(to: names)
            case .lost, .torn:
                stored.names.startLosing()
                stored.names.change(to: names)
            case .keptButDenied(let error):
                stored.names.change(to: names)
                stored.names.sync()
                throw error
            }
        }
    }

    private func inspect<R: Sendable>(_ operation: String, _ body: (Stored) -> R) throws(StorageError) -> R {
        try disk.use(life: life, operation) { (state) throws(StorageError) in
            body(state.folders[name, default: Stored()])
        }
    }

    func change(
        _ operation: String,
        _ body: (inout Stored, SilentFault?) throws(StorageError) -> Void
    ) throws(StorageError) {
        disk.letOthersGo()
        try disk.use(life: life, operation) { (state) throws(StorageError) in
            let fault = try state.begin(operation)
            try body(&state.folders[name, default: Stored()], fault)
        }
    }
}

extension SimulatedFolder.Stored {
    subscript(name: String) -> SimulatedFile? {
        get { names.current[name].flatMap { files[$0] } }
        set {
            if let number = names.current[name] { files[number] = newValue }
        }
    }

    /// A new file under a name, whose name is not durable yet.
    mutating func make(_ name: String, _ file: SimulatedFile) {
        lastFile += 1
        files[lastFile] = file
        var changed = names.current
        changed[name] = lastFile
        names.change(to: changed)
    }
}
