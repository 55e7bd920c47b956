import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import OpenSSL
import Storage
import Wire

/// A server without sockets, over a ledger on a simulated disk, and its endpoints as functions.
final class HostileServer: Sendable {
    static let base = "https://id.example.com"
    /// What a request says in the place of a secret that is not known before the server is.
    static let placeholder = "GENUINE"

    let instance: Instance
    let table: EndpointTable
    /// A token of the first client, which may do everything.
    let token: String
    let secret: String
    private let client: String
    private let clock: SimulatedWorld

    var now: Instant { clock.world.wall() }

    init(seed: UInt64 = 1) async throws {
        clock = SimulatedWorld(seed: seed)
        let directory = DataDirectory(simulated: SimulatedDisk(seed: seed))
        let founded = try Instance.create(
            directory,
            kek: nil,
            world: clock.world,
            Instance.Founding(
                baseURL: Self.base,
                administratorEmail: "admin@example.com",
                algorithm: .EdDSA,
                software: "hostile"
            )
        )
        instance = try await Instance.open(
            directory,
            world: clock.world,
            options: Instance.Options(software: "hostile", log: { _ in }, onStop: { _ in })
        )
        let base = try BaseURL(Self.base)
        let settings = AdminSettings(baseURL: base, version: "hostile", requiresReason: false)
        let admin = AdminEndpoints.table(instance, settings)
        let (platform, tenant) = AdminEndpoints.scopes(of: admin)
        let openID = OpenIDSettings(baseURL: base, platformScopes: platform, tenantScopes: tenant)
        table = EndpointTable(admin + OpenIDEndpoints.table(instance, openID))
        (client, secret) = (founded.client.text, founded.clientSecret)
        let basic = Base64.encode(Array("\(client):\(secret)".utf8))
        let request = Request(
            method: .post,
            path: "/oauth/token",
            headers: [("authorization", "Basic \(basic)"), ("content-type", "application/x-www-form-urlencoded")],
            body: .bytes(Array("grant_type=client_credentials".utf8)),
            id: "req_token"
        )
        guard case .endpoint(let endpoint, let path) = table.route(.post, request.path),
            let answer = try? JSON.parse(await endpoint.answer(request, path).body),
            let token = answer["access_token"]?.text
        else { throw Broken("the first client gets a token") }
        self.token = token
    }

    /// Answers one request and sees that the answer is one the document tells of.
    func answer(_ request: Request) async throws {
        guard case .endpoint(let endpoint, let path) = table.route(request.method, request.path) else { return }
        let response = await endpoint.answer(request, path)
        let words = String(decoding: response.body, as: UTF8.self)
        guard let reply = endpoint.replies.first(where: { $0.status == response.status }), response.status != 500 else {
            throw Broken("\(endpoint.name) answers an undocumented \(response.status): \(words)")
        }
        if reply.mediaType == "application/json", !response.body.isEmpty, (try? JSON.parse(response.body)) == nil {
            throw Broken("\(endpoint.name) answers \(response.status) with what is no JSON: \(words)")
        }
        try Broken.unless(!words.contains(secret), "\(endpoint.name) tells a secret that it was sent")
    }

    /// A request of a stranger's bytes: method and target, headers a line each, an empty line, the body.
    ///
    /// - Parameter authorization: what the header says when the request has the placeholder.
    func request(_ bytes: [UInt8]) -> Request? {
        let lines = bytes.lines
        guard let first = lines.first else { return nil }
        let words = first.split(separator: 0x20, maxSplits: 1)
        guard words.count == 2, let method = Request.Method(rawValue: text(Array(words[0]))) else { return nil }
        let target = words[1].split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        let head = lines.dropFirst().prefix { !$0.isEmpty }
        var headers: [(name: String, value: String)] = []
        for line in head {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let value = text(Array(line[(colon + 1)...].drop { $0 == 0x20 }))
            headers.append((text(Array(line[..<colon])).lowercased(), genuine(value)))
        }
        let body = lines.dropFirst(head.count + 2).joined(separator: [0x0A])
        return Request(
            method: method,
            path: text(Array(target[0])),
            query: target.count > 1 ? text(Array(target[1])) : "",
            headers: headers,
            body: .bytes(Array(genuine(Array(body)))),
            address: "192.0.2.1",
            id: "req_hostile"
        )
    }

    private func genuine(_ value: String) -> String {
        switch value {
        case "Bearer \(Self.placeholder)": "Bearer \(token)"
        case "Basic \(Self.placeholder)": "Basic " + Base64.encode(Array("\(client):\(secret)".utf8))
        default: value
        }
    }

    /// A form's `token=GENUINE` means the token that was issued.
    private func genuine(_ body: [UInt8]) -> [UInt8] {
        body.elementsEqual("token=\(Self.placeholder)".utf8) ? Array("token=\(token)".utf8) : body
    }
}
