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
}
