import AdminAPI
import Endpoints
import Engine
import OpenID
import OpenSSL
import Synchronization
import Wire

/// A server on a real ledger, asked through its endpoints as values: for tokens signed with ES256, to change and list
/// tenants.
///
/// Sixty-four requests come at a time, as from as many connections under load, and share a commit. No checkpoint is
/// signed meanwhile: under such a load one falls due among thousands of requests.
final class CountedServer {
    private static let together = 64
    private static let base = "https://id.example.com"
    /// As long as sixty-four requests may take on a real machine.
    private static let roundMicroseconds: Int64 = 10_000

    private let thread = OneThread()
    private let clock: SimulatedWorld
    private let basic: String
    private let instance: Instance
    private let asked: Asked

    init(folder: String) throws {
        clock = SimulatedWorld(seed: 64, stepper: thread.stepper)
        let directory = DataDirectory(path: folder)
        let founding = Instance.Founding(
            baseURL: Self.base,
            administratorEmail: "admin@id.example.com",
            algorithm: .ES256,
            software: "instructions"
        )
        let founded = try Instance.create(directory, kek: nil, world: clock.world, founding)
        basic = "Basic " + Base64.encode(Array("\(founded.client.text):\(founded.clientSecret)".utf8))
        let options = Instance.Options(software: "instructions", log: { _ in }, onStop: { _ in })
        let (opened, world) = (Kept<Instance>(), clock.world)
        try thread.run(1) { _ in
            opened.store(try await Instance.open(directory, world: world, options: options))
        }
        instance = try opened.value
        let base = try BaseURL(Self.base)
        let admin = AdminEndpoints.table(instance, AdminSettings(baseURL: base, version: "1"))
        let (platform, tenant) = AdminEndpoints.scopes(of: admin)
        let openID = OpenIDSettings(baseURL: base, platformScopes: platform, tenantScopes: tenant)
        asked = Asked(table: EndpointTable(OpenIDEndpoints.table(instance, openID) + admin))
    }

    /// Asks for that many tokens.
    func issue(_ count: Int) throws {
        for round in 0..<count / Self.together {
            try doRound { [asked, basic] number in _ = try await asked.token(basic, round * Self.together + number) }
        }
    }

    /// Gives tenants other names, that many times, each round the same tenants; then lists them, each time by another
    /// query.
    func administer(patches: Int, lists: Int) throws {
        guard patches + lists > 0 else { return }
        let (bearer, partner) = (Kept<String>(), Kept<String>())
        try doRound(1) { [asked, basic] _ in
            bearer.store("Bearer " + (try await asked.token(basic, 0)))
            partner.store(try await asked.create("partners", ["name": "A partner", "slug": "p"], bearer.value, 0))
        }
        let (token, owner) = (try bearer.value, try partner.value)
        let tenants = (0..<Self.together).map { _ in Kept<String>() }
        try doRound { [asked] number in
            let body: JSON = [
                "name": .string("Tenant \(number)"), "slug": .string("t-\(number)"), "partner_id": .string(owner),
                "contact_email": .string("office@t-\(number).example"),
            ]
            tenants[number].store(try await asked.create("tenants", body, token, number))
        }
        let paths = try tenants.map { "/api/v1/admin/tenants/" + (try $0.value) }
        for round in 0..<patches / Self.together {
            try doRound { [asked] number in
                let body: JSON = ["name": .string("Tenant \(number) as of \(round)")]
                _ = try await asked.admin(.patch, paths[number], body, token, number)
            }
        }
        for round in 0..<lists / Self.together {
            try doRound { [asked] number in
                // Each list is an entry, so there are always more entries than lists.
                let query = "partner_id=\(owner)&per_page=20&min_index=\(round * Self.together + number)"
                try await asked.list("tenants", query, token, number)
            }
        }
    }

    func close() throws {
        try thread.run(1) { [instance] _ in try await instance.close() }
    }

    private func doRound(
        _ count: Int = CountedServer.together,
        _ body: @escaping @Sendable (Int) async throws -> Void,
    ) throws {
        try thread.run(count, body)
        clock.pass(microseconds: Self.roundMicroseconds)
    }
}

/// What a task leaves for whoever started it.
private final class Kept<Value: Sendable>: Sendable {
    private let kept = Mutex<Value?>(nil)

    func store(_ value: Value) { kept.withLock { $0 = value } }

    var value: Value {
        get throws {
            guard let value = kept.withLock({ $0 }) else { throw Instructions.Fault.hangs }
            return value
        }
    }
}
