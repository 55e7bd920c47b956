import Glibc
import Storage
import Testing
import Views

/// Where views stand in a test: on the file system or on its simulated twin.
enum Medium: String, CaseIterable, CustomTestStringConvertible {
    case fileSystem
    case simulated

    var testDescription: String { rawValue }
}

/// Where the views of one test stand, gone when it ends.
final class Site {
    private let medium: Medium
    private let path: String
    private let disk = SimulatedDisk(seed: 11)
    private var names: Set<String> = []

    init(_ medium: Medium = .simulated) throws {
        self.medium = medium
        let root = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        path = "\(root)/muniment-views-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try #require(unsafe mkdir(path, 0o700) == 0)
    }

    deinit {
        for name in names {
            for file in ["data.mdb", "lock.mdb", ""] { _ = unsafe remove("\(path)/\(name)/\(file)") }
        }
        _ = unsafe remove(path)
    }

    func environment(_ name: String = "views", mapBytes: Int = 64 << 20) throws -> Environment {
        let options = Environment.Options(mapBytes: mapBytes, sync: .none)
        names.insert(name)
        return switch medium {
        case .fileSystem: try Environment(path: "\(path)/\(name)", options: options)
        case .simulated: try Environment(simulated: disk, name: name, options: options)
        }
    }

    func store(_ name: String = "views", mapBytes: Int = 64 << 20, tagKey: UInt8 = 7) throws -> ViewStore {
        try ViewStore(
            state: environment("\(name)-state", mapBytes: mapBytes),
            audit: environment("\(name)-audit", mapBytes: mapBytes),
            tagKey: [UInt8](repeating: tagKey, count: 16),
            blindKey: [UInt8](repeating: 9, count: 32)
        )
    }
}

extension ViewStore {
    /// The environment that a table stands in; the mark is that of the state.
    func environment(of table: String) throws -> Environment {
        try environment(of: ViewTable.allCases.first { $0.name == table }?.part ?? .state)
    }
}
