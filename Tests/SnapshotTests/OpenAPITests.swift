import AdminAPI
import Endpoints
import Engine
import OpenID
import Testing

/// The OpenAPI document, made from the endpoints that answer.
struct OpenAPITests {
    @Test func `the document tells of every endpoint as it always did`() async throws {
        let session = try await Ground(seed: 31).open()
        let document = try await Self.document(session.instance)
        try SnapshotFolder().expect(IndentedJSON(document).text, is: "openapi.json")
        try await session.close()
    }

    /// The table as the server assembles it, and the document that describes it.
    private static func document(_ instance: Instance) async throws -> [UInt8] {
        let base = try BaseURL(Ground.baseURL)
        let settings = AdminSettings(baseURL: base, version: "1")
        let table =
            OpenIDEndpoints.table(instance, OpenIDSettings(baseURL: base))
            + AdminAPI.endpoints(instance: instance, settings: settings)
        let endpoint = AdminAPI.document(of: table, settings: settings)
        let request = Request(method: .get, path: endpoint.path.description, id: "req_1")
        return await endpoint.answer(request, PathParameters()).body
    }
}
