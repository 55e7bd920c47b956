import Endpoints
import Testing
import Wire

// Acting at the admin API, as its clients do.
extension Session {
    /// Sends a request of whoever is signed in, which must be answered with that status.
    ///
    /// - Returns: the resource in the answer; null when there is none.
    @discardableResult
    func admin(
        _ method: Request.Method,
        _ path: String,
        query: String = "",
        _ body: JSON? = nil,
        reason: String? = nil,
        headers more: [(name: String, value: String)] = [],
        status: Int = 200,
        sourceLocation: SourceLocation = #_sourceLocation,
    ) async throws -> JSON {
        try await call(
            method,
            "/api/v1/admin" + path,
            query: query,
            body,
            reason: reason,
            headers: more,
            status: status,
            sourceLocation: sourceLocation
        )
    }

    /// The same at any path.
    @discardableResult
    func call(
        _ method: Request.Method,
        _ path: String,
        query: String = "",
        _ body: JSON? = nil,
        reason: String? = nil,
        headers more: [(name: String, value: String)] = [],
        status: Int = 200,
        sourceLocation: SourceLocation = #_sourceLocation,
    ) async throws -> JSON {
        var headers = [(name: "authorization", value: "Bearer \(accessToken)")] + more
        if body != nil { headers.append((name: "content-type", value: "application/json")) }
        if let reason { headers.append((name: "muniment-reason", value: reason)) }
        let text = body.map { String(decoding: $0.compact, as: UTF8.self) } ?? ""
        let response = try await ask(request(method, path, query: query, headers, body: text))
        let answer = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == status, "\(method.rawValue) \(path): \(answer)", sourceLocation: sourceLocation)
        guard !response.body.isEmpty else { return .null }
        let value = try JSON.parse(response.body)
        return value["data"] ?? value
    }

    /// - Returns: the identifier of what was made.
    func create(
        _ path: String,
        _ body: JSON,
        reason: String? = nil,
        headers: [(name: String, value: String)] = [],
        sourceLocation: SourceLocation = #_sourceLocation,
    ) async throws -> String {
        let made = try await admin(
            .post,
            path,
            body,
            reason: reason,
            headers: headers,
            status: 201,
            sourceLocation: sourceLocation
        )
        return try #require(made["id"]?.text, sourceLocation: sourceLocation)
    }

    func createApplication(_ body: JSON) async throws -> Client {
        let made = try await admin(.post, "/applications", body, status: 201)
        return Client(id: try #require(made["id"]?.text), secret: made["client_secret"]?.text ?? "")
    }

    func rotateSecret(of client: Client, overlapSeconds: Int64) async throws -> Client {
        let rotated = try await admin(
            .post,
            "/applications/\(client.id)/rotate-secret",
            ["overlap_seconds": .integer(overlapSeconds)]
        )
        return Client(id: client.id, secret: try #require(rotated["client_secret"]?.text))
    }
}
