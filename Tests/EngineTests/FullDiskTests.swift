import Engine
import EventLog
import Identity
import Storage
import Synchronization
import Testing
import Views
import Wire

/// A full disk refuses what must be recorded, loses nothing, and is over when there is free space again.
struct FullDiskTests {
    /// Fills the disk for one operation of a command, whichever it is: key file, ledger, hint or views.
    @Test(arguments: 1...12)
    func `T5 T28 a command that finds the disk full stands or falls whole, and the next one goes through`(
        operation: Int,
    ) async throws {
        let ground = try Ground(seed: UInt64(100 + operation))
        let instance = try await ground.open()
        ground.disk.plan(.full, at: ground.disk.operations + operation)
        let first = try? await register("first", instance, ground)
        let second = try? await register("second", instance, ground)
        let third = try await register("third", instance, ground)
        #expect(instance.status.refusal == nil, "operation \(operation)")
        let living = try instance.read { try $0.members(Partner.self, in: .platform, .all, limit: 10) }.items.map(\.id)
        for id in [first, second, third].compactMap(\.self) { #expect(living.contains(id)) }
        let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
        #expect(report.isOK, "operation \(operation): \(report.problems)")
        try await instance.close()
        #expect(!ground.lines.all.contains { $0.hasPrefix("stopped") }, "\(ground.lines.all)")
    }

    @Test func `T6 an input error with room on the disk stops the writer and says why`() async throws {
        let ground = try Ground(seed: 121)
        let instance = try await ground.open()
        ground.disk.plan(.denied, at: ground.disk.operations + 1)
        for number in 0..<4 { _ = try? await register("p\(number)", instance, ground) }
        #expect(ground.disk.faultsMet.count == 1)
        let isStopped = instance.status.stopped != nil
        if isStopped { await #expect(throws: Refusal.self) { _ = try await register("late", instance, ground) } }
        try await instance.close()
        // Callers hear of it before the operator reads why.
        if isStopped { #expect(ground.lines.all.contains { $0.hasPrefix("stopped: ") }) }
    }

    private func register(_ slug: String, _ instance: Instance, _ ground: Ground) async throws -> PartnerID {
        let id = PartnerID(random: instance.world.random(16))
        let command = try Change<Partner>.registering(id, ["name": "P", "slug": .string(slug)])
        _ = try await instance.perform(command, by: ground.service())
        return id
    }
}
