import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import OpenSSL
import Storage
import Wire

/// An OpenID provider: its endpoints over a ledger on a simulated disk, called as functions.
struct Provider {
    let instance: Instance
    let table: EndpointTable
    let client: String
    let secret: String

    static let baseURL = "https://id.example.com"
    /// As a deployment would tell of them: two lists that are not the same.
    static let platformScopes = ["admin:read", "admin:write"]
    static let tenantScopes = ["audit:read", "tenants:read"]
    static let form = "application/x-www-form-urlencoded"

    init(seed: UInt64, at place: DataDirectory? = nil) async throws {
        let directory = place ?? DataDirectory(simulated: SimulatedDisk(seed: seed))
        try await self.init(founding: directory, SimulatedWorld(seed: seed))
    }

    init(founding directory: DataDirectory, _ clock: SimulatedWorld) async throws {
        let founded = try Instance.create(
            directory,
            kek: nil,
            world: clock.world,
            Instance.Founding(
                baseURL: Self.baseURL,
                administratorEmail: "admin@example.com",
                algorithm: .EdDSA,
                software: "test"
            )
        )
        try await self.init(opening: directory, clock, client: founded.client.text, secret: founded.clientSecret)
    }

    /// The endpoints of a ledger that was founded before.
    init(opening directory: DataDirectory, _ clock: SimulatedWorld, client: String, secret: String) async throws {
        instance = try await Instance.open(
            directory,
            world: clock.world,
            options: Instance.Options(software: "test", log: { _ in }, onStop: { _ in })
        )
        let settings = OpenIDSettings(
            baseURL: try BaseURL(Self.baseURL),
            platformScopes: Self.platformScopes,
            tenantScopes: Self.tenantScopes
        )
        table = EndpointTable(OpenIDEndpoints.table(instance, settings))
        self.client = client
        self.secret = secret
    }

    func post(
        _ path: String,
        _ form: String,
        basic: (String, String)? = nil,
        type: String? = Provider.form,
        headers: [(name: String, value: String)] = [],
    ) async -> Response {
        var all = headers
        if let type { all.append(("content-type", type)) }
        if let basic {
            all.append(("authorization", "Basic " + Base64.encode(Array("\(basic.0):\(basic.1)".utf8))))
        }
        return await send(Request(method: .post, path: path, headers: all, body: .bytes(Array(form.utf8)), id: "req_1"))
    }

    func get(_ path: String) async -> Response { await send(Request(method: .get, path: path, id: "req_1")) }

    func send(_ request: Request) async -> Response {
        switch table.route(request.method, request.path) {
        case .endpoint(let endpoint, let path): await endpoint.answer(request, path)
        case .wrongMethod: Response(status: 405)
        case .preflight(let allowed): .preflight(allowed)
        case .unknown: Response(status: 404)
        }
    }
}

extension Response {
    var json: JSON { (try? JSON.parse(body)) ?? .null }
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
}
