import Endpoints
import Wire

/// The endpoints, asked as their clients ask them.
struct Asked: Sendable {
    let table: EndpointTable

    func token(_ basic: String, _ number: Int) async throws -> String {
        let headers = [
            (name: "authorization", value: basic),
            (name: "content-type", value: "application/x-www-form-urlencoded"),
        ]
        let body = Array("grant_type=client_credentials".utf8)
        let answer = try await ask(.post, "/oauth/token", headers, body, number)
        return try JSON.parse(answer)["access_token"]?.text ?? ""
    }

    func admin(
        _ method: Request.Method,
        _ path: String,
        _ body: JSON,
        _ token: String,
        _ number: Int,
    ) async throws -> [UInt8] {
        let headers = [(name: "authorization", value: token), (name: "content-type", value: "application/json")]
        return try await ask(method, path, headers, body.compact, number)
    }

    func list(_ resource: String, _ query: String, _ token: String, _ number: Int) async throws {
        let headers = [(name: "authorization", value: token)]
        _ = try await ask(.get, "/api/v1/admin/" + resource, query: query, headers, [], number)
    }

    /// - Returns: the identifier of what was made.
    func create(_ resource: String, _ body: JSON, _ token: String, _ number: Int) async throws -> String {
        let made = try JSON.parse(try await admin(.post, "/api/v1/admin/" + resource, body, token, number))
        guard let id = made["data"]?["id"]?.text else { throw Instructions.Fault.answered(201, "without an id") }
        return id
    }

    private func ask(
        _ method: Request.Method,
        _ path: String,
        query: String = "",
        _ headers: [(name: String, value: String)],
        _ body: [UInt8],
        _ number: Int,
    ) async throws -> [UInt8] {
        let request = Request(
            method: method,
            path: path,
            query: query,
            headers: headers + [(name: "user-agent", value: "instructions/1.0")],
            body: .bytes(body),
            address: "192.0.2.7",
            id: "req_\(number)"
        )
        guard case .endpoint(let endpoint, let parameters) = table.route(method, path) else {
            throw Instructions.Fault.answered(404, path)
        }
        let answer = await endpoint.answer(request, parameters)
        guard (200..<300).contains(answer.status) else {
            throw Instructions.Fault.answered(answer.status, String(decoding: answer.body, as: UTF8.self))
        }
        return answer.body
    }
}
