import Engine
import Identity
import Storage
import Testing
import Views
import Wire

/// A client that does not know whether its request arrived may send it again.
struct IdempotencyTests {
    @Test func `the same request again does nothing and gets the same answer`() async throws {
        let ground = try Ground(seed: 51)
        let instance = try await ground.open()
        let first = try await create("once", key: "k1", body: "a", instance, ground)
        let size = instance.status.size
        let second = try await create("once", key: "k1", body: "a", instance, ground)
        guard case .done(let made) = first.result, case .repeated(let bytes) = second.result else {
            Issue.record("first done, then repeated")
            return
        }
        #expect(bytes == Array(made.id.text.utf8))
        #expect(second.index == first.index)
        #expect(instance.status.size == size)
        try await instance.close()
        // The answer survives a restart, sealed under the client's own key.
        let again = try await ground.open()
        let third = try await create("once", key: "k1", body: "a", again, ground)
        guard case .repeated(let kept) = third.result else {
            Issue.record("repeated after a restart")
            return
        }
        #expect(kept == bytes)
        try await again.close()
    }

    @Test func `the same key with another request is refused`() async throws {
        let ground = try Ground(seed: 52)
        let instance = try await ground.open()
        _ = try await create("one", key: "k1", body: "a", instance, ground)
        await #expect(throws: Refusal.self) { _ = try await create("two", key: "k1", body: "b", instance, ground) }
        #expect(try instance.read { try $0.count(Partner.self, in: .platform) } == 1)
        try await instance.close()
    }

    @Test func `a day later the key is free again`() async throws {
        let ground = try Ground(seed: 53)
        let instance = try await ground.open()
        _ = try await create("one", key: "k1", body: "a", instance, ground)
        ground.clock.pass(microseconds: 86_401_000_000)
        let receipt = try await create("two", key: "k1", body: "b", instance, ground)
        guard case .done = receipt.result else {
            Issue.record("a new request")
            return
        }
        try await instance.close()
    }

    @Test func `nothing is done twice for a clock that was a day ahead and is right again`() async throws {
        let ground = try Ground(seed: 54)
        let instance = try await ground.open()
        _ = try await create("one", key: "k1", body: "a", instance, ground)
        for step in [88_000, -88_000] as [Int64] {
            ground.clock.stepWall(microseconds: step * 1_000_000)
            _ = try await instance.perform(RecordEvents([]), by: .system)
        }
        await #expect(throws: Refusal.self) { _ = try await create("two", key: "k1", body: "a", instance, ground) }
        #expect(try instance.read { try $0.count(Partner.self, in: .platform) } == 1)
        try await instance.close()
    }

    private func create(
        _ slug: String,
        key: String,
        body: String,
        _ instance: Instance,
        _ ground: Ground,
    ) async throws -> Receipt<Versioned<Partner>> {
        let id = PartnerID(random: instance.world.random(16))
        let idempotency = Idempotency(
            rawKey: Array(key.utf8),
            method: "POST",
            path: "/api/v1/admin/partners",
            body: Array(body.utf8),
            macKey: instance.macKey
        )
        return try await instance.perform(
            Change<Partner>.registering(id, ["name": "P", "slug": .string(slug)]),
            by: ground.service(),
            idempotency: idempotency,
            encode: { partner, _ in Array(partner.id.text.utf8) }
        )
    }
}
