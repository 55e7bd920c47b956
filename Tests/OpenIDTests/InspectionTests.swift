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
        let doors = try await Doors(seed: 21)
        let token = try await issued(doors)
        let active = await doors.post(Self.introspect, "token=\(token)", basic: (doors.client, doors.secret))
        #expect(active.json["active"]?.flag == true)
        #expect(active.json["sub"]?.text == doors.client)
        #expect(active.json["client_id"]?.text == doors.client)
        #expect(active.json["iss"]?.text == Doors.baseURL)
        let revoked = await doors.post(Self.revoke, "token=\(token)", basic: (doors.client, doors.secret))
        #expect(revoked.status == 200)
        let again = await doors.post(Self.revoke, "token=\(token)", basic: (doors.client, doors.secret))
        #expect(again.status == 200, "a second time changes nothing (RFC 7009 §2.2)")
        let after = await doors.post(Self.introspect, "token=\(token)", basic: (doors.client, doors.secret))
        #expect(after.body == Array(#"{"active":false}"#.utf8), "S41 exactly that")
        try await doors.instance.close()
    }

    @Test(arguments: ["garbage", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
    func `what is no token of ours is inactive, and revoking it is fine`(token: String) async throws {
        let doors = try await Doors(seed: 22)
        let answer = await doors.post(Self.introspect, "token=\(token)", basic: (doors.client, doors.secret))
        #expect(answer.body == Array(#"{"active":false}"#.utf8))
        #expect(await doors.post(Self.revoke, "token=\(token)", basic: (doors.client, doors.secret)).status == 200)
        try await doors.instance.close()
    }

    @Test(arguments: [introspect, revoke])
    func `nobody asks without a proof, and the failure is an entry`(path: String) async throws {
        let doors = try await Doors(seed: 23)
        let token = try await issued(doors)
        let before = doors.instance.status.size
        let answer = await doors.post(path, "token=\(token)", basic: (doors.client, "wrong"))
        #expect(answer.status == 401)
        #expect(answer.json["error"]?.text == "invalid_client")
        #expect(doors.instance.status.size == before + 1)
        #expect(await doors.post(path, "", basic: (doors.client, doors.secret)).status == 400)
        try await doors.instance.close()
    }

    private func issued(_ doors: Doors) async throws -> String {
        let answer = await doors.post(
            "/oauth/token",
            "grant_type=client_credentials",
            basic: (doors.client, doors.secret)
        )
        return try #require(answer.json["access_token"]?.text)
    }
}
