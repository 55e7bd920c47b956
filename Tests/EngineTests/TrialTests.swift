import Engine
import EventLog
import Identity
import OpenSSL
import Testing
import Views
import Wire

/// What is only tried meets the same rules as what is done, those of the ledger and of the fold among them, and leaves
/// nothing behind.
struct TrialTests {
    /// Registers a partner whose entry is larger than entries may be.
    private static func large(_ id: PartnerID) -> Change<Partner> {
        Change(id) { _ in
            let name = JSON.string(String(repeating: "x", count: 70_000))
            return [Partner.event(.created, id, in: .partner(id), data: ["name": name, "slug": "large"])]
        }
    }

    /// Changes a partner that never was, which no rule of ours decides on.
    private static func poisoned(_ id: PartnerID) -> Change<Partner> {
        Change(id) { _ in [Partner.event(.updated, id, in: .partner(id), data: ["name": "Nobody"])] }
    }

    @Test func `what the ledger or the fold would refuse is refused when it is only tried`() async throws {
        let ground = try Ground(seed: 71)
        let instance = try await ground.open()
        let id = PartnerID(random: ground.clock.world.random(PartnerID.randomBytes))
        for command in [Self.large(id), Self.poisoned(id)] {
            var told: [(refusal: Refusal?, entries: [String])] = []
            for isTried in [true, false] {
                let size = instance.status.size
                let refusal = await #expect(throws: Refusal.self) {
                    if isTried {
                        _ = try await instance.preview(command, of: [], by: ground.service())
                    } else {
                        _ = try await instance.perform(command, by: ground.service())
                    }
                }
                let entries = try (size..<instance.status.size).compactMap { try instance.entry(at: $0)?.type }
                told.append((refusal, entries))
            }
            #expect(told[0].refusal == told[1].refusal)
            #expect(told[0].entries == told[1].entries)
        }
        try await instance.close()
    }

    @Test func `what is tried between others is as if it had never been tried`() async throws {
        let ground = try Ground(seed: 72)
        let instance = try await ground.open()
        let count = 120
        let made = try await withThrowingTaskGroup(of: PartnerID?.self) { group in
            for number in 0..<count {
                let id = PartnerID(random: ground.clock.world.random(PartnerID.randomBytes))
                let body: Members = [
                    "name": "P", "slug": .string("p-\(number / 2)"), "contact_email": .string("p\(number)@example.com"),
                ]
                let command = try Change.registering(id, body)
                let isTried = number.isMultiple(of: 2)
                group.addTask {
                    if isTried {
                        // Its slug is another's as soon as that is there.
                        _ = try? await instance.preview(command, of: [], by: ground.service())
                        return nil
                    }
                    _ = try await instance.perform(command, by: ground.service())
                    return id
                }
            }
            return try await group.reduce(into: [PartnerID?]()) { $0.append($1) }.compactMap(\.self)
        }
        #expect(made.count == count / 2)
        let living = try instance.read {
            try $0.members(Partner.self, in: .platform, .all, limit: 1_000).items.map(\.id)
        }
        #expect(Set(living) == Set(made))
        try await instance.close()
        let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
        #expect(report.isOK, "\(report.problems)")
        // Another run reads the same out of the same ledger.
        let again = try await ground.open()
        #expect(try again.read { try $0.count(Partner.self, in: .platform) } == made.count)
        try await again.close()
    }
}
