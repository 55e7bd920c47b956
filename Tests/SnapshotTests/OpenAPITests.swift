import Endpoints
import Testing

/// The OpenAPI document, made from the endpoints that answer.
struct OpenAPITests {
    @Test func `the document tells of every endpoint as it always did`() async throws {
        let session = try await Ground(seed: 31).open()
        let response = try await session.ask(session.request(.get, "/openapi.json"))
        try SnapshotFolder().expect(IndentedJSON(response.body).text, is: "openapi.json")
        try await session.close()
    }

    /// What tells of now alone, as UsingTheAPI says: of the server itself, and what clients are configured with.
    private static let withoutPast = [
        "oauth.keys", "oauth.discovery", "health.read", "health.integrity", "openapi.read",
    ]

    @Test func `every read takes as_of, in each dialect, but for what has no past; no write does`() async throws {
        let session = try await Ground(seed: 32).open()
        for endpoint in try Ground.endpoints(of: session.instance) {
            let takesMoment = endpoint.parameters.contains { $0.name == "as_of" && $0.place == .query }
            let isRead = endpoint.method == .get && !Self.withoutPast.contains(endpoint.name)
            #expect(takesMoment == isRead, "\(endpoint.method) \(endpoint.path)")
        }
        try await session.close()
    }
}
