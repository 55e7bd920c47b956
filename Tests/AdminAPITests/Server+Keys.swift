import Endpoints
import Engine
import Testing
import Wire

/// An API key as whoever made it has it.
struct MintedKey {
    let id: String
    let text: String
}

extension Server {
    static let version = (name: "api-version", value: "2026-06-01.beta")

    /// One request to `/api-keys` or `/clusters`, or with a key to the admin API.
    ///
    /// - Parameters:
    ///   - key: nil sends the first service's token.
    ///   - waits: whether a second passes before it, so that no limit is met that a test is not about.
    func ask(
        _ method: Request.Method,
        _ path: String,
        _ body: JSON? = nil,
        key: MintedKey? = nil,
        token: String? = nil,
        waits: Bool = true,
        headers: [(name: String, value: String)] = [version],
    ) async -> Response {
        guard let key else { return await call(method, path, body, token: token, headers: headers) }
        if waits { clock.pass(microseconds: 1_000_000) }
        return await call(method, path, body, token: "", headers: [("api-key", key.text)] + headers)
    }

    func mint(
        _ scopes: [String],
        at workspace: String? = nil,
        _ more: Members = [:],
        by key: MintedKey? = nil,
    ) async throws -> MintedKey {
        var body: Members = ["name": "A key", "scopes": .array(scopes.map(JSON.string))]
        if let workspace { body["workspace_id"] = .string(workspace) }
        for (name, value) in more { body[name] = value }
        let answer = await ask(.post, "/api-keys", .object(body), key: key)
        try #require(answer.status == 201, "\(answer.text)")
        return try Self.minted(answer)
    }

    static func minted(_ answer: Response) throws -> MintedKey {
        MintedKey(
            id: try #require(answer.json["api_key"]?.id),
            text: try #require(answer.json["full_key"]?.text)
        )
    }

    /// How it is with a key, as it is told.
    func standing(of key: MintedKey) async -> String? { await ask(.get, "/api-keys/\(key.id)").json["status"]?.text }
}
