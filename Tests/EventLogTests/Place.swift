import Glibc
import Storage
import Testing

/// Where a ledger lies in a test: on the file system or on its simulated twin.
///
/// What holds on one holds on the other.
enum Medium: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case fileSystem
    case simulated

    var testDescription: String { rawValue }
}

/// A place of its own for one ledger; on the file system it goes with its last reference.
final class Place {
    let medium: Medium
    let disk: SimulatedDisk
    private let path: String

    init(_ medium: Medium, seed: UInt64 = 7) throws {
        self.medium = medium
        disk = SimulatedDisk(seed: seed)
        let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        path = "\(temporary)/muniment-eventlog-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        if medium == .fileSystem { try #require(unsafe mkdir(path, 0o700) == 0) }
    }

    deinit {
        guard medium == .fileSystem else { return }
        for folder in ["ledger", "keys", "anchor", "files"] { Self.empty("\(path)/\(folder)") }
        Self.empty(path)
    }

    private static func empty(_ path: String) {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                unsafe unlink("\(path)/\(name)")
            }
            unsafe closedir(folder)
        }
        unsafe rmdir(path)
    }

    /// One environment, to be opened once by whoever needs it: a file is mapped once in a process.
    func environment() throws -> Environment {
        switch medium {
        case .fileSystem: try Environment(path: "\(path)/ledger", options: Environment.Options(mapBytes: 64 << 20))
        case .simulated: try Environment(simulated: disk, name: "ledger")
        }
    }

    func folder(_ name: String, _ access: SmallFiles.Access = .readWrite) throws -> SmallFiles {
        switch medium {
        case .fileSystem: try SmallFiles(path: "\(path)/\(name)", access: access)
        case .simulated: try SmallFiles(simulated: disk, prefix: name, access: access)
        }
    }

    /// The path of a file to hand to another program.
    func path(_ folder: String, _ name: String) -> String { "\(path)/\(folder)/\(name)" }
}
