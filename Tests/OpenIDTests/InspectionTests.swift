import Endpoints
import Engine
import OpenID
import Testing
import Wire

/// What a client learns of its own token, and how it takes it back (RFC 7662, RFC 7009).
struct InspectionTests {
    static let introspect = "/api/v1/platform/oauth/introspect"
    static let revoke = "/api/v1/platform/oauth/revoke"

    @Test func `a token is active until it is revoked, and then nothing but inactive`() async throws {
        let provider = try await Provider(seed: 21)
        let token = try await issued(provider)
        let active = await provider.post(Self.introspect, "token=\(token)", basic: (provider.client, provider.secret))
        #expect(active.json["active"]?.flag == true)
        #expect(active.json["sub"]?.text == provider.client)
        #expect(active.json["client_id"]?.text == provider.client)
        #expect(active.json["iss"]?.text == Provider.baseURL)
        let revoked = await provider.post(Self.revoke, "token=\(token)", basic: (provider.client, provider.secret))
        #expect(revoked.status == 200)
        let again = await provider.post(Self.revoke, "token=\(token)", basic: (provider.client, provider.secret))
        #expect(again.status == 200, "a second time changes nothing (RFC 7009 §2.2)")
        let after = await provider.post(Self.introspect, "token=\(token)", basic: (provider.client, provider.secret))
        #expect(after.body == Array(#"{"active":false}"#.utf8), "S41 exactly that")
        try await provider.instance.close()
    }

    @Test(arguments: ["garbage", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
    func `what is no token of ours is inactive, and revoking it is fine`(token: String) async throws {
        let provider = try await Provider(seed: 22)
        let answer = await provider.post(Self.introspect, "token=\(token)", basic: (provider.client, provider.secret))
        #expect(answer.body == Array(#"{"active":false}"#.utf8))
        #expect(
            await provider.post(Self.revoke, "token=\(token)", basic: (provider.client, provider.secret)).status == 200
        )
        try await provider.instance.close()
    }

    @Test(arguments: [introspect, revoke])
    func `nobody asks without a proof, and the failure is an entry`(path: String) async throws {
        let provider = try await Provider(seed: 23)
        let token = try await issued(provider)
        let before = provider.instance.status.size
        let answer = await provider.post(path, "token=\(token)", basic: (provider.client, "wrong"))
        #expect(answer.status == 401)
        #expect(answer.json["error"]?.text == "invalid_client")
        #expect(provider.instance.status.size == before + 1)
        #expect(await provider.post(path, "", basic: (provider.client, provider.secret)).status == 400)
        try await provider.instance.close()
    }

    private func issued(_ provider: Provider) async throws -> String {
        let answer = await provider.post(
            "/oauth/token",
            "grant_type=client_credentials",
            basic: (provider.client, provider.secret)
        )
        return try #require(answer.json["access_token"]?.text)
    }
}
