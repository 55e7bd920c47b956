import Engine
import EventLog
import Identity
import OpenID
import Testing
import Views
import Wire

/// A token stands on its application and on everything above it, at the moment it is used.
struct TokenStandingTests {
    @Test func `S17 a token is refused once its application is suspended`() async throws {
        let ground = try Ground(seed: 21)
        let instance = try await ground.open()
        let token = try await issued(ground, instance)
        let caller = try instance.authenticate(token, baseURL: try BaseURL(Ground.baseURL), request: request)
        let id = PartnerID(random: instance.world.random(16))
        let command = try Change<Partner>.registering(id, ["name": "P", "slug": "p"])
        #expect(try instance.read { try caller.authority($0, at: instance.world.wall()).reachesPlatform })
        _ = try await instance.perform(
            try Change<Application>.changing(ground.founded.client, ["status": "SUSPENDED"]),
            by: ground.service()
        )
        #expect(throws: Rejection.unprovenToken) {
            try instance.read { try caller.authority($0, at: instance.world.wall()) }
        }
        // And the writer asks again, inside its own transaction.
        await #expect(throws: Refusal.rejected(.unprovenToken)) {
            _ = try await instance.perform(command, by: caller)
        }
        try await instance.close()
    }

    @Test func `a token that ends while its command waits is refused by the writer`() async throws {
        let ground = try Ground(seed: 25)
        let instance = try await ground.open()
        let text = try await issued(ground, instance)
        let caller = try instance.authenticate(text, baseURL: try BaseURL(Ground.baseURL), request: request)
        let id = PartnerID(random: instance.world.random(16))
        let command = try Change<Partner>.registering(id, ["name": "P", "slug": "p"])
        ground.clock.pass(microseconds: 3_600_000_000)
        await #expect(throws: Refusal.rejected(.unprovenToken)) {
            _ = try await instance.perform(command, by: caller)
        }
        try await instance.close()
    }

    @Test func `a revoked token is refused, and a revoked signing key ends its tokens`() async throws {
        let ground = try Ground(seed: 22)
        let instance = try await ground.open()
        let text = try await issued(ground, instance)
        let token = try #require(instance.keyRing.verify(text, now: instance.world.wall()))
        let proof = ClientProof(
            clientID: ground.founded.client.text,
            secretMAC: ClientSecret.mac(ground.founded.clientSecret, key: instance.macKey)
        )
        let inspection = InspectToken(proof: proof, token: token, issuer: .platform)
        #expect(try await instance.inspect(inspection, by: Ground.stranger) == token)
        _ = try await instance.perform(
            RevokeToken(proof: proof, token: token, issuer: .platform),
            by: Ground.stranger
        )
        #expect(try await instance.inspect(inspection, by: Ground.stranger) == nil)

        let other = try await issued(ground, instance)
        let key = try #require(instance.keyRing.current?.id)
        _ = try await instance.revokeSigningKey(key, by: ground.service())
        #expect(instance.keyRing.verify(other, now: instance.world.wall()) == nil)
        #expect(instance.keyRing.current?.id != key)
        try await instance.close()
    }

    @Test func `a token signed before a rotation verifies until it has expired`() async throws {
        let ground = try Ground(seed: 23)
        let instance = try await ground.open()
        let text = try await issued(ground, instance)
        let next = try #require(instance.keyRing.members.first { $0.key.stage == .next }?.id)
        _ = try await instance.rotateSigningKey(by: ground.service())
        #expect(instance.keyRing.current?.id == next, "the published next key takes over")
        #expect(instance.keyRing.verify(text, now: instance.world.wall()) != nil)
        ground.clock.pass(microseconds: 3_600_000_000)
        #expect(instance.keyRing.verify(text, now: instance.world.wall())?.isExpired(at: instance.world.wall()) == true)
        ground.clock.pass(microseconds: 86_400_000_000)
        #expect(instance.keyRing.verify(text, now: instance.world.wall()) == nil, "its key is published no longer")
        try await instance.close()
    }

    @Test func `S12 S13 every altered byte, and every foreign header, is refused`() async throws {
        let ground = try Ground(seed: 24)
        let instance = try await ground.open()
        let text = Array(try await issued(ground, instance).utf8)
        let now = instance.world.wall()
        for position in text.indices {
            var altered = text
            altered[position] ^= 0x01
            #expect(
                instance.keyRing.verify(String(decoding: altered, as: UTF8.self), now: now) == nil,
                "byte \(position)"
            )
            let cut = String(decoding: text[..<position], as: UTF8.self)
            #expect(instance.keyRing.verify(cut, now: now) == nil, "cut at \(position)")
        }
        #expect(instance.keyRing.verify(String(decoding: text, as: UTF8.self) + "A", now: now) == nil)
        let parts = String(decoding: text, as: UTF8.self).split(separator: ".").map(String.init)
        let kid = try #require(instance.keyRing.current?.id.text)
        for header in [
            #"{"alg":"none"}"#, #"{"alg":"HS256","kid":"\#(kid)","typ":"at+jwt"}"#,
            #"{"alg":"EdDSA","kid":"\#(kid)","typ":"at+jwt","jku":"https://evil.example"}"#,
            #"{"alg":"EdDSA","kid":"\#(kid)","typ":"at+jwt","crit":["exp"]}"#,
            #"{"alg":"EdDSA","kid":"other","typ":"at+jwt"}"#, #"{"alg":"EdDSA","kid":"\#(kid)","typ":"JWT"}"#,
        ] {
            let forged = Base64URL.encode(Array(header.utf8)) + "." + parts[1] + "." + parts[2]
            #expect(instance.keyRing.verify(forged, now: now) == nil, "\(header)")
            #expect(
                instance.keyRing.verify(Base64URL.encode(Array(header.utf8)) + "." + parts[1] + ".", now: now) == nil
            )
        }
        try await instance.close()
    }

    private let request = Caller.Request(id: "req_3", endpoint: "tenants.list")

    private func issued(_ ground: Ground, _ instance: Instance) async throws -> String {
        let key = try #require(instance.keyRing.current?.id)
        let receipt = try await instance.perform(
            try ground.issue(macKey: instance.macKey, key: key),
            by: Ground.stranger
        )
        guard case .done(let token) = receipt.result else { throw Refusal.failed }
        return try await instance.keyRing.sign(token.claims, with: key)
    }
}
