import Endpoints
import Engine
import Foundation
import Identity
import Obstacles
import Storage
import Testing
import Wire

/// While no reader has a place, everybody is told to come back: nothing that exists is denied.
struct FullReaderTests {
    @Test func `whoever asks while every reader's place is taken is told to try again`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("muniment-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let provider = try await Provider(seed: 41, at: DataDirectory(path: folder))
        let issued = await provider.post(
            "/oauth/token",
            "grant_type=client_credentials",
            basic: (provider.client, provider.secret)
        )
        let token = try #require(issued.json["access_token"]?.text)
        let crowd = try Crowd(provider.instance)

        for path in [
            "/tenants/tnt_one/.well-known/openid-configuration",
            "/api/v1/auth/tenants/one/.well-known/openid-configuration",
            "/api/v1/auth/tenants/one/.well-known/jwks.json",
        ] {
            let answer = await provider.get(path)
            #expect(answer.status == 503, "\(path)")
            #expect(answer.header("retry-after") == "1")
            #expect(answer.json["detail"]?.text != nil)
        }
        let inspected = await provider.post(
            "/oauth/introspect",
            "token=\(token)",
            basic: (provider.client, provider.secret)
        )
        #expect(inspected.status == 503)
        #expect(inspected.header("retry-after") == "1")
        #expect(inspected.json["error"] == "temporarily_unavailable")
        #expect(throws: Refusal.busy(retryAfterSeconds: 1, "too many readers at once")) {
            _ = try provider.instance.authenticate(
                token,
                baseURL: try BaseURL(Provider.baseURL),
                request: Caller.Request(id: "req_1", endpoint: "tenants.list")
            )
        }

        crowd.leave()
        #expect(await provider.get("/tenants/tnt_one/.well-known/openid-configuration").status == 404)
        try await provider.instance.close()
    }
}
