import Endpoints
import Engine
import Patience
import Storage
import Testing
import Wire

/// A run of the server between its opening and its close.
///
/// What is asked of it is asked one after the other, so that the order of entries, and of the dice thrown for them, is
/// always the same.
final class Session {
    let ground: Ground
    let instance: Instance
    private let table: EndpointTable
    /// The access token of whoever acts at the admin API.
    private(set) var accessToken = ""
    private var isClosed = false

    init(_ ground: Ground, _ instance: Instance) throws {
        self.ground = ground
        self.instance = instance
        table = EndpointTable(try Ground.endpoints(of: instance))
    }

    /// A server with one application of each of its issuers.
    static func withPlatform() async throws -> (Session, Platform) {
        let session = try await Ground(seed: 6_749).open()
        try await session.signIn(session.ground.service)
        return (session, try await session.buildPlatform())
    }

    func close() async throws {
        isClosed = true
        try await instance.close()
    }

    /// Both clocks go on.
    func pass(seconds: Int64 = 0, microseconds: Int64 = 0) async throws {
        ground.clock.pass(microseconds: seconds * 1_000_000 + microseconds)
        try await waitForWriter()
    }

    /// Returns once the writer has looked at the clock and written what was due.
    ///
    /// It looks once a second by itself too; were dice thrown before it had, their order would be left to chance.
    func waitForWriter() async throws {
        // Once closed it writes nothing more.
        if !isClosed { _ = try await instance.perform(RecordEvents([]), by: .system) }
    }

    /// Returns once the notary has signed what there is.
    ///
    /// Its thread writes to the disk too, at moments of its own: after this the next operation of the disk is the
    /// writer's.
    func waitForNotary() async throws {
        try await until { instance.checkpointSize >= instance.status.size }
    }

    /// The next commit finds the disk full.
    func fillDisk() async throws {
        try await waitForNotary()
        ground.disk.plan(.full, at: ground.disk.operations + 1)
    }

    /// From here on it is this client that acts at the admin API.
    func signIn(_ client: Client, at path: String = "/oauth/token") async throws {
        accessToken = try #require(try await token(client, at: path))
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
        try await waitForWriter()
        return response
    }

    func request(
        _ method: Request.Method,
        _ path: String,
        query: String = "",
        _ headers: [(name: String, value: String)] = [],
        body: String = "",
    ) -> Request {
        Request(
            method: method,
            path: path,
            query: query,
            headers: headers + [("user-agent", "example-client/1.0")],
            body: .bytes(Array(body.utf8)),
            address: "192.0.2.7",
            id: ground.nextRequestID()
        )
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

/// A client with the secret it was shown once.
struct Client {
    let id: String
    let secret: String

    /// RFC 6749 §2.3.1; identifiers and secrets of ours need no percent-encoding.
    var basic: String { "Basic " + Base64.encode(Array("\(id):\(secret)".utf8)) }
    var fields: String { "client_id=\(id)&client_secret=\(secret)" }
}
