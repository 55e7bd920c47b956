import Endpoints
import Engine
import Identity
import OpenID
import Testing
import Wire

/// An organization's client as it was made, with the secret that was shown once.
struct MadeClient {
    let organization: String
    let id: String
    let secret: String
    /// The message that was answered.
    let json: JSON

    var path: String { "/organizations/\(organization)/clients/\(id)" }
    var secrets: [JSON] { json["secrets"]?.items ?? [] }
}

extension Server {
    func organization(_ slug: String = "acme") async throws -> String {
        try await tenant(slug, of: partner("partner-of-\(slug)"))
    }

    func organizationClient(
        of organization: String,
        _ more: Members = [:],
        token: String? = nil,
    ) async throws -> MadeClient {
        var body: Members = ["name": "Deployer"]
        for (name, value) in more { body[name] = value }
        let answer = await call(.post, "/organizations/\(organization)/clients", .object(body), token: token)
        try #require(answer.status == 201, "\(answer.text)")
        let client = try #require(answer.json["client"])
        return MadeClient(
            organization: organization,
            id: try #require(client["client_id"]?.text),
            secret: try #require(answer.json["plain_secret"]?.text),
            json: client
        )
    }

    /// The client as it is now.
    func shown(_ client: MadeClient) async throws -> JSON {
        let answer = await call(.get, client.path)
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["client"])
    }

    /// What the root's endpoints of clients answer to a form.
    func form(_ path: String, _ client: MadeClient, secret: String? = nil, _ more: String = "") async throws -> Response
    {
        let settings = OpenIDSettings(baseURL: try BaseURL(Self.base), platformScopes: [], tenantScopes: [])
        let table = EndpointTable(OpenIDEndpoints.table(instance, settings))
        let body = "client_id=\(client.id)&client_secret=\(secret ?? client.secret)" + more
        let request = Request(
            method: .post,
            path: path,
            headers: [("content-type", "application/x-www-form-urlencoded")],
            body: .bytes(Array(body.utf8)),
            id: "req_form"
        )
        guard case .endpoint(let endpoint, let parameters) = table.route(.post, path) else {
            return Response(status: 404)
        }
        return await endpoint.answer(request, parameters)
    }

    func tokenAnswer(
        _ client: MadeClient,
        at path: String = "/oauth/token",
        secret: String? = nil,
        _ more: String = "",
    ) async throws -> Response {
        try await form(path, client, secret: secret, "&grant_type=client_credentials" + more)
    }

    /// An access token of an organization's client.
    func token(of client: MadeClient, _ more: String = "") async throws -> String {
        let answer = try await tokenAnswer(client, more)
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["access_token"]?.text)
    }
}

extension Response {
    /// The code of gRPC, and the name that the details have for it.
    var grpc: String {
        "\(status) \(json["code"]?.number ?? 0) \(json["details"]?.items?.first?["error_code"]?.text ?? "")"
    }
    var message: String? { json["message"]?.text }
    /// The fields that a refusal names.
    var violations: [String] {
        let info = json["details"]?.items?.first?["validation_error_info"]
        return (info?["field_violations"]?.items ?? []).compactMap { $0["field"]?.text }
    }
}

extension JSON {
    var names: [String] { (members ?? [:]).entries.map(\.name) }
}
