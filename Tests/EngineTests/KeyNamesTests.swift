import Engine
import Identity
import Storage
import Testing
import Wire

/// Keys are what they are on the disk before anything is written with them.
struct KeyNamesTests {
    @Test func `T30 a bundle whose name a dead process left unsynced is durable before the next one seals with it`()
        async throws
    {
        var seen = 0
        for operation in 1...20 {
            let ground = try Ground(seed: UInt64(800 + operation))
            let dying = try await ground.open()
            ground.disk.plan(.denied, at: ground.disk.operations + operation)
            let id = PartnerID(random: dying.world.random(16))
            _ = try? await register(id, dying, ground)
            guard ground.disk.faultsMet.last?.description == "sync keys" else { continue }
            seen += 1
            ground.disk.endProcesses()
            ground.disk.forgetPlan()
            let next = try await ground.open()
            // The very keys that are there already: no other bundle is written, and no name synced with it.
            _ = try await register(id, next, ground)
            ground.disk.crash()
            ground.clock.reboot()
            let last = try await ground.open()
            #expect(last.status.refusal == nil, "operation \(operation)")
            try await last.close()
        }
        #expect(seen > 0, "no process died there")
    }

    private func register(_ id: PartnerID, _ instance: Instance, _ ground: Ground) async throws {
        let body: Members = ["name": "P", "slug": "p", "contact_email": "p@example.com"]
        _ = try await instance.perform(try Change<Partner>.registering(id, body), by: ground.service())
    }
}
