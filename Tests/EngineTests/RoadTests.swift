import Engine
import EventLog
import Identity
import OpenID
import Storage
import Testing
import Views
import Wire

/// The first road through the ledger: found, open, ask for a token, change things, stop, start again.
struct RoadTests {
    @Test func `a token is issued only with its entry, and verifies`() async throws {
        let ground = try Ground(seed: 1)
        let instance = try await ground.open()
        let key = try #require(instance.keyRing.current?.id)
        let before = instance.status.size
        let receipt = try await instance.perform(
            try ground.issue(macKey: instance.macKey, key: key),
            by: Ground.stranger
        )
        guard case .done(let token) = receipt.result else {
            Issue.record("the first request is no repetition")
            return
        }
        #expect(receipt.index == before)
        let text = try await instance.keyRing.sign(token.claims, with: key)
        #expect(instance.keyRing.verify(text, now: instance.world.wall()) == token)
        let bytes = try #require(try instance.tables.environment.read { try instance.tables.entry(receipt.index, $0) })
        let entry = try Entry(decoding: bytes)
        #expect(entry.type == "token.issued")
        #expect(entry.actor.id == ground.founded.client.text)
        #expect(entry.data["token"]?.text == token.id.text)
        try await instance.close()
    }

    @Test func `what was written is there after a clean stop, and the ledger goes on`() async throws {
        let ground = try Ground(seed: 2)
        let first = try await ground.open()
        let id = PartnerID(random: first.world.random(16))
        let receipt = try await first.perform(
            try Change<Partner>.registering(id, ["name": "Acme", "slug": "acme"]),
            by: ground.service()
        )
        try await first.close()
        let second = try await ground.open()
        #expect(try second.read { try $0.resource(id)?.state.name } == "Acme")
        #expect(second.status.size > receipt.index)
        try await second.close()
        #expect(ground.lines.all.isEmpty, "\(ground.lines.all)")
    }

    @Test func `a wrong secret leaves an entry about the client and no token`() async throws {
        let ground = try Ground(seed: 3)
        let instance = try await ground.open()
        let key = try #require(instance.keyRing.current?.id)
        let before = instance.status.size
        await #expect(throws: Refusal.self) {
            _ = try await instance.perform(
                try ground.issue(secret: "wrong", macKey: instance.macKey, key: key),
                by: Ground.stranger
            )
        }
        #expect(instance.status.size == before + 1)
        try await instance.close()
    }
}
