import Engine
import EventLog
import Identity
import Storage
import Testing
import Views
import Wire

/// Many commands in one commit, of which some are refused: each stands or falls alone.
struct DrainTests {
    @Test func `a refused command takes nothing of its neighbours back`() async throws {
        let ground = try Ground(seed: 11)
        let instance = try await ground.open()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    // Every third asks for a slug that is taken already, or will be by a neighbour.
                    let slug = number % 3 == 0 ? "taken" : "partner-\(number)"
                    return await register(slug, instance, ground) != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(outcomes == 133 + 1)
        #expect(try instance.read { try $0.count(Partner.self, in: .platform) } == 134)
        try await instance.close()
        let report = try await reopened(ground)
        #expect(report == 134)
    }

    private func register(_ slug: String, _ instance: Instance, _ ground: Ground) async -> UInt64? {
        let id = PartnerID(random: instance.world.random(16))
        guard let command = try? Change<Partner>.registering(id, ["name": "P", "slug": .string(slug)]) else {
            return nil
        }
        return try? await instance.perform(command, by: ground.service()).index
    }

    private func reopened(_ ground: Ground) async throws -> Int {
        let instance = try await ground.open()
        let count = try instance.read { try $0.count(Partner.self, in: .platform) }
        try await instance.close()
        return count
    }
}
