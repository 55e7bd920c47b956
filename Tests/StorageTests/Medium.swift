import Glibc
import Storage
import Testing

/// Where a scenario runs: on the file system or on its simulated twin.
///
/// Every scenario must hold on both.
enum Medium: String, CaseIterable, CustomTestStringConvertible {
    case fileSystem
    case simulated

    var testDescription: String { rawValue }
}

/// A place of its own for environments and folders, on either medium; those of the file system go with the process.
struct Place {
    let medium: Medium
    let path: String
    let disk = SimulatedDisk(seed: 7)

    init(_ medium: Medium) throws {
        self.medium = medium
        path = "\(Place.root)/\(UInt64.random(in: 0 ... .max))"
        try #require(unsafe mkdir(path, 0o700) == 0)
    }

    func environment(
        _ name: String = "ledger",
        _ options: Environment.Options = Environment.Options(mapBytes: 16 << 20)
    ) throws -> Environment {
        switch medium {
        case .fileSystem: try Environment(path: "\(path)/\(name)", options: options)
        case .simulated: try Environment(simulated: disk, name: name, options: options)
        }
    }

    func smallFiles(_ name: String = "keys", _ access: SmallFiles.Access = .readWrite) throws -> SmallFiles {
        switch medium {
        case .fileSystem: try SmallFiles(path: "\(path)/\(name)", access: access)
        case .simulated: try SmallFiles(simulated: disk, prefix: name, access: access)
        }
    }

    private static let root: String = {
        let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let root = "\(temporary)/muniment-storage-\(getpid())"
        unsafe mkdir(root, 0o700)
        atexit { Place.remove(Place.root) }
        return root
    }()

    private static func remove(_ path: String) {
        guard let folder = unsafe opendir(path) else { return }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            if unsafe unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        }
        unsafe closedir(folder)
        unsafe rmdir(path)
    }
}

extension [UInt8] {
    init(_ text: String) {
        self = [UInt8](text.utf8)
    }
}

extension Environment {
    /// Commits one set of rows.
    func write(_ table: Table, _ rows: [String: String]) throws {
        var write = try beginWrite()
        for (key, value) in rows { try write.put(table, [UInt8](key), [UInt8](value)) }
        try write.commit()
    }

    func text(_ table: Table, _ key: String) throws -> String? {
        let value = try read { (read) throws(StorageError) in try read.get(table, [UInt8](key)) }
        return value.map { String(decoding: $0, as: UTF8.self) }
    }

    func keys(_ table: Table, from: String? = nil, _ direction: ScanDirection = .forward) throws -> [String] {
        try read { (read) throws(StorageError) in try read.keys(table, from: from, direction) }
    }

    func count(_ table: Table) throws -> Int {
        try read { (read) throws(StorageError) in try read.count(table) }
    }
}

extension TableReader where Self: ~Copyable {
    borrowing func keys(
        _ table: Table,
        from: String? = nil,
        _ direction: ScanDirection = .forward
    ) throws(StorageError) -> [String] {
        var keys: [String] = []
        try scan(table, from: from.map { [UInt8]($0) }, direction) { (key, _) throws(StorageError) in
            keys.append(key.text)
            return true
        }
        return keys
    }
}

extension Span<UInt8> {
    var text: String {
        var bytes: [UInt8] = []
        for place in indices { bytes.append(self[place]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The kind of the storage error that a closure throws; nil when it throws none.
func refusal(_ body: () throws -> Void) -> StorageError.Kind? {
    do {
        try body()
        return nil
    } catch let error as StorageError {
        return error.kind
    } catch {
        Issue.record(error)
        return nil
    }
}

func refusal(ofCommitting write: consuming WriteTransaction) -> StorageError.Kind? {
    do throws(StorageError) {
        try write.commit()
        return nil
    } catch {
        return error.kind
    }
}
