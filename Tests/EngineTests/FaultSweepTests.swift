import Engine
import EventLog
import Identity
import Storage
import Synchronization
import Testing
import Views
import Wire

/// One fault at each operation in turn: whatever is refused, nothing acknowledged is ever missing afterwards.
struct FaultSweepTests {
    /// As many operations as founding, opening and five commands take, with some to spare.
    static let operations = 60

    @Test(arguments: [Fault.denied, .keptButDenied, .full, .mapFull, .powerCut])
    func `L8 nothing acknowledged is lost, whichever operation fails`(fault: Fault) async throws {
        var faultsMet = 0
        for operation in 1...Self.operations {
            let seed = UInt64(operation)
            let ground = try Ground(seed: seed)
            let start = ground.disk.operations
            ground.disk.plan(fault, at: start + operation)
            let acknowledged = await commands(ground)
            faultsMet += ground.disk.faultsMet.isEmpty ? 0 : 1
            ground.disk.crash()
            try await check(ground, acknowledged, "\(fault) at operation \(operation), seed \(seed)")
        }
        #expect(faultsMet > 10, "the sweep met its faults")
    }

    /// Five commands, one after the other, until the process would have ended.
    private func commands(_ ground: Ground) async -> [PartnerID: UInt64] {
        var acknowledged: [PartnerID: UInt64] = [:]
        guard let instance = try? await ground.open() else { return acknowledged }
        for number in 0..<5 {
            let id = PartnerID(random: instance.world.random(16))
            let slug = JSON.string("p\(number)")
            guard let command = try? Change<Partner>.registering(id, ["name": "P", "slug": slug]) else { continue }
            if let receipt = try? await instance.perform(command, by: ground.service()) {
                acknowledged[id] = receipt.index
            }
            ground.clock.pass(microseconds: 10)
        }
        try? await instance.close()
        return acknowledged
    }

    private func check(_ ground: Ground, _ acknowledged: [PartnerID: UInt64], _ name: String) async throws {
        ground.clock.reboot()
        let instance = try await ground.open()
        for (id, index) in acknowledged {
            let partner = try instance.read { try $0.resource(id) }
            #expect(partner != nil, "\(name): \(id) was acknowledged at \(index)")
        }
        let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
        #expect(report.isOK, "\(name): \(report.problems)")
        let id = PartnerID(random: instance.world.random(16))
        _ = try await instance.perform(
            try Change<Partner>.registering(id, ["name": "After", "slug": "after"]),
            by: ground.service()
        )
        try await instance.close()
    }
}
