import Engine
import EventLog
import Identity
import Testing
import Wire

/// Strangers are counted where they stand, and the writer says how many they were.
struct StrangerTests {
    @Test func `a crowd of strangers takes no place in the queue, and ends as one sum`() async throws {
        let ground = try Ground(seed: 51)
        let instance = try await ground.open()
        let before = instance.status.size
        // More than the queue has places for, without a single wait.
        for _ in 0..<5_000 { instance.countRefusal(.unprovenToken, at: "tenants.list") }
        instance.countRefusal(.unprovenToken, at: "partners.list")
        #expect(instance.status.size == before)
        ground.clock.pass(microseconds: 11_000_000)
        _ = try await instance.perform(RecordEvents([]), by: .system)
        let sums = try Self.sums(instance)
        #expect(sums.map { $0.data["endpoint"] } == ["partners.list", "tenants.list"])
        #expect(sums.map { $0.data["count"] } == [1, 5_000])
        #expect(sums.allSatisfy { $0.data["code"] == "invalid_token" && $0.chain == "platform" })
        try await instance.close()
        #expect(try Self.sums(instance).count == 2, "and each is told once")
    }

    @Test func `past a hundred kinds of refusal the rest is one kind`() async throws {
        let ground = try Ground(seed: 52)
        let instance = try await ground.open()
        for number in 0..<150 { instance.countRefusal(.unprovenToken, at: "endpoint \(number)") }
        try await instance.close()
        let sums = try Self.sums(instance)
        #expect(sums.count == 101)
        #expect(sums.first { $0.data["endpoint"] == "other" }?.data["count"] == 50)
    }

    private static func sums(_ instance: Instance) throws -> [Entry] {
        try (0..<instance.status.size).compactMap { try instance.entry(at: $0) }
            .filter { $0.type == "refusals.summarized" }
    }
}
