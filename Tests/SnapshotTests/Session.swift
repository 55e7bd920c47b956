import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Storage
import Testing
import Views
import Wire

/// A run of the server between its opening and its close. What is asked of it is asked one after the other, so that
/// the order of entries, and of the dice thrown for them, is always the same.
final class Session {
    let ground: Ground
    let instance: Instance
    /// Who acts at the admin API, once it has signed in.
    private var caller = Caller.system
    private let table: EndpointTable

    init(_ ground: Ground, _ instance: Instance) throws {
        self.ground = ground
        self.instance = instance
        table = EndpointTable(
            OpenIDEndpoints.table(instance, OpenIDSettings(baseURL: try BaseURL(Ground.baseURL))))
    }

    func close() async throws { try await instance.close() }

    /// Both clocks go on.
    func pass(seconds: Int64 = 0, microseconds: Int64 = 0) async throws {
        ground.clock.pass(microseconds: seconds * 1_000_000 + microseconds)
        try await settle()
    }

    /// Returns once the writer has looked at the clock and written what was due.
    ///
    /// It looks once a second by itself too; were dice thrown before it had, their order would be left to chance.
    func settle() async throws { _ = try await instance.perform(RecordEvents([]), by: .system) }

    /// Returns once the notary has signed what there is. Its thread writes to the disk too, at moments of its own: after
    /// this the next operation of the disk is the writer's.
    func waitForNotary() async throws {
        while instance.checkpointSize < instance.status.size { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// The next commit finds the disk full.
    func fillDisk() async throws {
        try await waitForNotary()
        ground.disk.plan(.full, at: ground.disk.operations + 1)
    }

    func newID<Kind: Prefixed>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(random: instance.world.random(Identifier<Kind>.randomBytes))
    }
}

// Asking the endpoints.
extension Session {
    func ask(_ request: Request) async throws -> Response {
        try await pass(microseconds: 25_000)
        guard case .endpoint(let endpoint, let parameters) = table.route(request.method, request.path) else {
            throw Malformed("no endpoint answers \(request.method) \(request.path)", at: 0)
        }
        let response = await endpoint.answer(request, parameters)
        try await settle()
        return response
    }

    func request(
        _ method: Request.Method, _ path: String, _ headers: [(name: String, value: String)] = [], body: String = "",
    ) -> Request {
        Request(
            method: method, path: path, headers: headers + [("user-agent", "example-client/1.0")],
            body: .bytes(Array(body.utf8)), address: "192.0.2.7", id: ground.nextRequestID())
    }

    /// A form as a client sends it.
    func form(_ path: String, _ body: String, basic client: Client? = nil) -> Request {
        var headers = [(name: "content-type", value: "application/x-www-form-urlencoded")]
        if let client { headers.insert((name: "authorization", value: client.basic), at: 0) }
        return request(.post, path, headers, body: body)
    }

    /// An access token, or nil when it was refused.
    @discardableResult
    func token(_ client: Client, at path: String = "/oauth/token", _ more: String = "") async throws -> String? {
        let response = try await ask(form(path, "grant_type=client_credentials" + more, basic: client))
        return try JSON.parse(response.body)["access_token"]?.text
    }
}

// Acting at the admin API: the commands that its endpoints perform.
extension Session {
    /// From here on it is this client that acts.
    func signIn(_ client: Client, at path: String = "/oauth/token") async throws {
        let text = try #require(try await token(client, at: path))
        caller = try instance.authenticate(
            text, baseURL: try BaseURL(Ground.baseURL), request: Caller.Request(id: "", endpoint: ""))
    }

    func caller(_ endpoint: String, reason: String? = nil) -> Caller {
        var caller = caller
        caller.request = Caller.Request(
            id: ground.nextRequestID(), endpoint: endpoint, address: "192.0.2.20", userAgent: "example-console/1.0",
            reason: reason)
        return caller
    }

    @discardableResult
    func act<C: Command>(
        _ endpoint: String, _ command: C, reason: String? = nil, idempotency: Idempotency? = nil,
    ) async throws -> Receipt<C.Output> {
        try await pass(microseconds: 40_000)
        let receipt = try await instance.perform(command, by: caller(endpoint, reason: reason), idempotency: idempotency)
        try await settle()
        return receipt
    }

    /// Acts, and is refused with that code.
    func refused<C: Command>(
        _ endpoint: String, _ command: C, code: String, sourceLocation: SourceLocation = #_sourceLocation,
    ) async throws {
        do {
            try await act(endpoint, command)
            Issue.record("\(endpoint) should be refused with \(code)", sourceLocation: sourceLocation)
        } catch Refusal.rejected(let rejection) {
            #expect(rejection.code == code, sourceLocation: sourceLocation)
        }
        try await settle()
    }

    func reads(_ endpoint: String, _ read: Event) async throws {
        try await pass(microseconds: 40_000)
        try await instance.record(read, by: caller(endpoint))
        try await settle()
    }
}

/// A client with the secret it was shown once.
struct Client {
    let id: ApplicationID
    let secret: String

    /// RFC 6749 §2.3.1; identifiers and secrets of ours need no percent-encoding.
    var basic: String { "Basic " + Base64.encode(Array("\(id):\(secret)".utf8)) }
    var fields: String { "client_id=\(id)&client_secret=\(secret)" }
}
