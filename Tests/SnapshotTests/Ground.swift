import AdminAPI
import Endpoints
import Engine
import OpenID
import OpenSSL
import Storage
import Synchronization
import Wire

/// A ledger under a simulated clock, on a simulated disk: with one seed it does and writes the same for ever.
///
/// Its signing keys are Ed25519, the one kind whose keys and signatures follow from the seed.
final class Ground {
    static let baseURL = "https://id.example.com"
    static let software = "muniment 1"

    let disk: SimulatedDisk
    let clock: SimulatedWorld
    let directory: DataDirectory
    let founded: Instance.Founded
    let lines = Lines()
    private var requests = 0

    init(seed: UInt64) throws {
        disk = SimulatedDisk(seed: seed)
        clock = SimulatedWorld(seed: seed)
        directory = DataDirectory(simulated: disk)
        founded = try Instance.create(
            directory,
            kek: nil,
            world: clock.world,
            Instance.Founding(
                baseURL: Self.baseURL,
                administratorEmail: "admin@id.example.com",
                algorithm: .EdDSA,
                software: Self.software
            )
        )
    }

    /// - Parameter acceptsClock: whether an operator has looked at a clock that went back.
    func open(acceptsClock: Bool = false) async throws -> Session {
        let lines = lines
        var options = Instance.Options(
            software: Self.software,
            acceptsClock: acceptsClock,
            log: { lines.add($0) },
            onStop: { lines.add("stopped: \($0)") }
        )
        // It comes on a thread of its own, and would meet the faults that are meant for others.
        options.keptBehindMicrosecondsMax = .max
        let instance = try await Instance.open(directory, world: clock.world, options: options)
        let session = try Session(self, instance)
        try await session.waitForWriter()
        return session
    }

    var service: Client { Client(id: founded.client.text, secret: founded.clientSecret) }

    /// The whole table, as the server assembles it, but for what only a process can answer: its measurements.
    static func endpoints(of instance: Instance) throws -> [Endpoint] {
        let base = try BaseURL(baseURL)
        let admin = AdminEndpoints.table(instance, try adminSettings)
        let (platform, tenant) = AdminEndpoints.scopes(of: admin)
        let openID = OpenIDSettings(baseURL: base, platformScopes: platform, tenantScopes: tenant)
        let endpoints = OpenIDEndpoints.table(instance, openID) + admin
        return endpoints + [AdminEndpoints.document(of: endpoints, settings: try adminSettings)]
    }

    private static var adminSettings: AdminSettings {
        get throws { AdminSettings(baseURL: try BaseURL(baseURL), version: "1") }
    }

    func nextRequestID() -> String {
        requests += 1
        let number = String(requests)
        return "req_" + String(repeating: "0", count: max(0, 4 - number.utf8.count)) + number
    }
}

/// What was logged.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}
