import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import OpenSSL
import Patience
import Storage
import Synchronization
import Testing
import Views
import Wire

/// A server without sockets: an instance under a simulated clock, and its endpoints as functions.
struct Server: Sendable {
    static let base = "https://id.example.com"
    static let email = "founder@example.com"

    private var running: Running?
    let clock: SimulatedWorld
    let disk: SimulatedDisk
    let founded: Instance.Founded
    let settings: AdminSettings
    let directory: DataDirectory
    /// A token of the first service, with both platform scopes.
    let token: String

    /// Runs a test on a server of its own, and closes it in order.
    static func run(
        seed: UInt64 = 1,
        at directory: DataDirectory? = nil,
        requiresReason: Bool = false,
        algorithm: SigningAlgorithm = .EdDSA,
        _ test: (Server) async throws -> Void,
    ) async throws {
        let server = try await Server(
            seed: seed,
            at: directory,
            requiresReason: requiresReason,
            algorithm: algorithm
        )
        do {
            try await test(server)
        } catch {
            try? await server.instance.close()
            throw error
        }
        try await server.instance.close()
        // Whatever a test did, an outsider finds the ledger whole.
        let report = Verification(tables: server.instance.tables, keys: server.instance.keys, anchor: nil).run()
        #expect(report.isOK, "\(report.problems)")
    }

    init(
        seed: UInt64,
        at place: DataDirectory? = nil,
        requiresReason: Bool = false,
        algorithm: SigningAlgorithm = .EdDSA,
    ) async throws {
        clock = SimulatedWorld(seed: seed)
        disk = SimulatedDisk(seed: seed)
        directory = place ?? DataDirectory(simulated: disk)
        founded = try Instance.create(
            directory,
            kek: nil,
            world: clock.world,
            Instance.Founding(
                baseURL: Self.base,
                administratorEmail: Self.email,
                algorithm: algorithm,
                software: "muniment test"
            )
        )
        let instance = try await Self.open(directory, clock)
        settings = AdminSettings(
            baseURL: try BaseURL(Self.base),
            version: "test",
            requiresReason: requiresReason
        )
        running = Running(instance, settings)
        token = try await Self.token(
            instance,
            founded.client.text,
            founded.clientSecret,
            issuer: .platform,
            base: settings.baseURL
        )
    }

    /// Stops the server, lets something happen, and starts it again over the same directory, with the same token.
    mutating func restart(_ meanwhile: () throws -> Void = {}) async throws {
        try await instance.close()
        // Whoever holds the old instance holds the directory's lock; a request's task may let go of it a moment later.
        weak let old = running?.instance
        running = nil
        try await until { old == nil }
        try meanwhile()
        running = Running(try await Self.open(directory, clock), settings)
    }

    private struct Running {
        let instance: Instance
        let table: EndpointTable

        init(_ instance: Instance, _ settings: AdminSettings) {
            self.instance = instance
            table = EndpointTable(AdminEndpoints.table(instance, settings))
        }
    }

    private var present: Running {
        guard let running else { preconditionFailure("between two runs there is nobody to ask") }
        return running
    }

    var instance: Instance { present.instance }
    var table: EndpointTable { present.table }

    private static func open(_ directory: DataDirectory, _ clock: SimulatedWorld) async throws -> Instance {
        var options = Instance.Options(software: "muniment test", log: { _ in }, onStop: { _ in })
        // It comes on a thread of its own, and would meet the faults that are meant for others.
        options.keptBehindMicrosecondsMax = .max
        return try await Instance.open(directory, world: clock.world, options: options)
    }

    /// An access token, as the token endpoint would issue it.
    func token(_ client: String, _ secret: String, issuer: AskedIssuer = .platform) async throws -> String {
        try await Self.token(instance, client, secret, issuer: issuer, base: settings.baseURL)
    }

    private static func token(
        _ instance: Instance,
        _ client: String,
        _ secret: String,
        issuer: AskedIssuer,
        base: BaseURL,
    ) async throws -> String {
        let key = try #require(instance.keyRing.current).id
        let command = IssueToken(
            issuer: issuer,
            proof: ClientProof(clientID: client, secretMAC: ClientSecret.mac(secret, key: instance.macKey)),
            scopes: nil,
            resources: [],
            baseURL: base,
            signingKey: key
        )
        let caller = Caller.stranger(Caller.Request(id: "req_token", endpoint: "oauth.token"))
        guard case .done(let token) = try await instance.perform(command, by: caller).result else {
            throw Refusal.failed
        }
        return try await instance.keyRing.sign(token.claims, with: key)
    }

    /// One request to the admin API, answered by the endpoint that the table finds.
    ///
    /// - Parameters:
    ///   - path: below `/api/v1/admin`, with its query; below `/api/v1` of organizations; or one of those at the root.
    ///   - token: `nil` sends the first service's; an empty one sends none.
    func call(
        _ method: Request.Method,
        _ path: String,
        _ body: JSON? = nil,
        token: String? = nil,
        headers: [(name: String, value: String)] = [],
        place: (any AnsweringPlace)? = nil,
    ) async -> Response {
        var headers = headers
        if body != nil, !headers.contains(where: { $0.name == "content-type" }) {
            headers.append(("content-type", "application/json"))
        }
        let body = Request.Body.bytes(body?.compact ?? [])
        return await send(method, path, body: body, token: token, headers: headers, place: place)
    }

    func send(
        _ method: Request.Method,
        _ path: String,
        body: Request.Body = .bytes([]),
        token: String? = nil,
        headers: [(name: String, value: String)] = [],
        place: (any AnsweringPlace)? = nil,
    ) async -> Response {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let bearer = token ?? self.token
        let isAtRoot = ["/health", "/openapi", "/api-keys", "/clusters"].contains { path.hasPrefix($0) }
        let api = path.hasPrefix("/organizations/") ? "/api/v1" : "/api/v1/admin"
        let full = isAtRoot ? "" : api
        let request = Request(
            method: method,
            path: full + parts[0],
            query: parts.count > 1 ? String(parts[1]) : "",
            headers: (bearer.isEmpty ? [] : [("authorization", "Bearer \(bearer)")])
                + [("user-agent", "admin tests")] + headers,
            body: body,
            address: "192.0.2.44",
            id: "req_\(method.rawValue)",
            place: place
        )
        guard case .endpoint(let endpoint, let parameters) = table.route(method, request.path) else {
            return Response(status: 404)
        }
        return await endpoint.answer(request, parameters)
    }

    /// Creates something and hands out what was made.
    func make(_ collection: String, _ body: JSON, token: String? = nil) async throws -> JSON {
        let answer = await call(.post, collection, body, token: token)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["data"])
    }

    func partner(_ slug: String = "partner", _ more: Members = [:]) async throws -> String {
        var body: Members = ["name": .string("Partner \(slug)"), "slug": .string(slug)]
        for (name, value) in more { body[name] = value }
        return try await make("/partners", .object(body)).id
    }

    func tenant(_ slug: String, of partner: String, _ more: Members = [:]) async throws -> String {
        var body: Members = ["name": .string("Tenant \(slug)"), "slug": .string(slug), "partner_id": .string(partner)]
        for (name, value) in more { body[name] = value }
        return try await make("/tenants", .object(body)).id
    }

    func application(_ more: Members = [:]) async throws -> JSON {
        var body: Members = ["name": "An application", "application_type": "SERVICE", "scope": "GLOBAL"]
        for (name, value) in more { body[name] = value }
        return try await make("/applications", .object(body))
    }

    /// A token of what was just made.
    func token(_ made: JSON, issuer: AskedIssuer = .platform) async throws -> String {
        try await token(made.id, made["client_secret"]?.text ?? "", issuer: issuer)
    }

    /// A tenant's own application with these scopes.
    func tenantApplication(_ tenant: String, _ scopes: [String], _ more: Members = [:]) async throws -> JSON {
        var body: Members = [
            "scope": "TENANT", "tenant_id": .string(tenant), "allowed_scopes": .array(scopes.map(JSON.string)),
        ]
        for (name, value) in more { body[name] = value }
        return try await application(body)
    }

    /// A token of a tenant's own application with these scopes.
    func tenantToken(_ tenant: String, slug: String, _ scopes: [String]) async throws -> String {
        try await token(tenantApplication(tenant, scopes), issuer: .tenant(slug: slug))
    }

    /// An application of a partner with these scopes: it asks for tokens at the issuers of the partner's tenants.
    func partnerApplication(_ partner: String, _ scopes: [String]) async throws -> JSON {
        try await application([
            "scope": "PARTNER", "partner_id": .string(partner), "allowed_scopes": .array(scopes.map(JSON.string)),
        ])
    }

    func platformToken(_ scopes: [String]) async throws -> String {
        try await token(application(["allowed_scopes": .array(scopes.map(JSON.string))]))
    }

    /// Brings a deleted one back by the command, as the first service.
    @discardableResult
    func restore<R: ManagedResource>(_ id: Identifier<R>, token: String? = nil) async throws -> UInt64 {
        try await perform(try instance.restoration(of: id), token: token)
    }

    /// Does a command that no endpoint does, as the first service.
    @discardableResult
    func perform<C: Command>(_ command: C, token: String? = nil) async throws -> UInt64 {
        let request = Caller.Request(id: "req_command", endpoint: "test.command")
        let caller = try instance.authenticate(token ?? self.token, baseURL: settings.baseURL, request: request)
        return try await instance.perform(command, by: caller).index
    }

    /// Every entry there is, decoded, in order.
    func entries() throws -> [Entry] {
        try (0..<instance.status.size).compactMap { try instance.entry(at: $0) }
    }

    func count(of type: String) throws -> Int { try entries().count { $0.type == type } }

    func last(_ type: String) throws -> Entry? { try entries().last { $0.type == type } }
}

extension Response {
    var json: JSON { (try? JSON.parse(body)) ?? .null }
    var text: String { "\(status) \(String(decoding: body, as: UTF8.self))" }
    var detail: String? { json["detail"]?.text }
    /// The places of a 422, each as its words with points between them.
    var places: [String] {
        (json["detail"]?.items ?? []).map { issue in
            (issue["loc"]?.items ?? []).map { $0.text ?? "\($0.number ?? -1)" }.joined(separator: ".")
        }
    }
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    var index: UInt64? { header("muniment-index").flatMap { UInt64($0) } }
}

extension JSON {
    var id: String { self["id"]?.text ?? "" }
    var ids: [String] { (self["data"]?.items ?? []).map(\.id) }
    var total: Int64? { self["pagination"]?["total"]?.number }
    var asOf: Int64? { self["pagination"]?["as_of"]?.number }
}
