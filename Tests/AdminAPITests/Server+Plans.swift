import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

extension Server {
    static let why = [(name: "muniment-reason", value: "Put%20it%20back")]

    /// The plan of a request.
    func plan(_ request: JSON, token: String? = nil) async throws -> JSON {
        let answer = await call(.post, "/restore/plan", request, token: token)
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["data"])
    }

    /// Carries out what a plan of that digest says.
    func applying(_ request: JSON, _ digest: String, token: String? = nil, more: Members = [:]) async -> Response {
        var body = request.members ?? [:]
        body["digest"] = .string(digest)
        for (name, value) in more { body[name] = value }
        return await call(.post, "/restore/apply", .object(body), token: token, headers: Self.why)
    }

    /// Looks at the plan of a request and carries it out.
    @discardableResult
    func apply(_ request: JSON, token: String? = nil) async throws -> JSON {
        let plan = try await plan(request, token: token)
        let answer = await applying(request, plan["digest"]?.text ?? "", token: token)
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["data"])
    }

    /// One thing as it is now.
    func shown(_ path: String) async throws -> JSON {
        let answer = await call(.get, path)
        try #require(answer.status == 200, "\(path): \(answer.text)")
        return try #require(answer.json["data"])
    }

    func user(_ email: String, in tenant: String, _ more: Members = [:]) async throws -> String {
        var body: Members = ["email": .string(email), "tenant_id": .string(tenant)]
        for (name, value) in more { body[name] = value }
        return try await make("/users", .object(body)).id
    }

    func group(_ name: String, in tenant: String) async throws -> String {
        try await make("/groups", ["name": .string(name), "tenant_id": .string(tenant)]).id
    }

    /// Changes one thing.
    ///
    /// - Returns: the index of the entry that did it.
    @discardableResult
    func change(_ path: String, _ body: JSON, token: String? = nil) async throws -> Int64 {
        let answer = await call(.patch, path, body, token: token)
        try #require(answer.status == 200, "\(path): \(answer.text)")
        return answer.written
    }

    @discardableResult
    func delete(_ path: String, token: String? = nil) async throws -> Int64 {
        let answer = await call(.delete, path, token: token)
        try #require(answer.status == 204, "\(path): \(answer.text)")
        return answer.written
    }

    /// The last entry, after which a moment can be asked for.
    var moment: Int64 { Int64(instance.lastIndex) }
}

extension Response {
    /// The index of the last entry that a write made.
    var written: Int64 { index.map { Int64($0) } ?? -1 }
}

extension JSON {
    /// The kinds of the conflicts of a plan.
    var conflicts: [String] { self["conflicts"]?.items?.compactMap { $0["kind"]?.text } ?? [] }
    var losses: [String] { self["losses"]?.items?.compactMap { $0["kind"]?.text } ?? [] }
    /// The changes of a plan, each as `verb kind`.
    var changes: [String] {
        self["changes"]?.items?.map { "\($0["verb"]?.text ?? "?") \($0["kind"]?.text ?? "?")" } ?? []
    }
}
