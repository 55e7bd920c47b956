import Engine
import EventLog
import Identity
import Storage
import Testing
import Views
import Wire

/// Entries are durable and the views alone find no free space: everything is told once, a full disk too.
@Suite(.timeLimit(.minutes(3))) struct ViewsOnFullDiskTests {
    /// - Returns: how many entries that made: one that the views could not follow stands too.
    private static func record(_ instance: Instance) async throws -> Int {
        do throws(Refusal) {
            _ = try await instance.perform(
                RecordEvents([Event(LedgerSubject.entry(.verified), chain: .platform)]),
                by: .system
            )
            return 1
        } catch {
            switch error {
            case .busy: return 1
            case .diskFull: return 0
            case .rejected, .refusingWrites, .failed: throw error
            }
        }
    }

    private static func entries(_ instance: Instance, _ type: EntryType) throws -> [Entry] {
        try (0..<instance.status.size).compactMap { try instance.entry(at: $0) }.filter { $0.type == type.text }
    }

    /// How many operations after now the views are committed to.
    private static func viewCommit(_ seed: UInt64, _ part: ViewPart) async throws -> Int {
        for operation in 1...12 {
            let ground = try Ground(seed: seed)
            let instance = try await ground.open()
            ground.disk.plan(.full, at: ground.disk.operations + operation)
            ground.clock.pass(microseconds: 90_000_000_000)
            _ = try await record(instance)
            let met = ground.disk.faultsMet.last?.description
            try await instance.close()
            if met == "commit to views/\(part.name)" { return operation }
        }
        return 0
    }

    /// Fills the disk for the views alone, so many times in a row.
    ///
    /// - Returns: the instance afterwards, with what it was asked to record; `nil` when the notary, which signs on a
    ///   thread of its own, came in between.
    private static func starved(
        _ ground: Ground,
        _ part: ViewPart,
        rounds: Int,
        from operation: Int,
    ) async throws -> (Instance, Int)? {
        let instance = try await ground.open()
        for _ in 1...3 { instance.countRefusal(.unprovenToken, at: "tenants.list") }
        // The ledger takes the drain; then the views are tried, and tried again, with nothing in between.
        let start = ground.disk.operations + operation
        for round in 0..<rounds { ground.disk.plan(.full, at: start + round) }
        ground.clock.pass(microseconds: 90_000_000_000)
        var recorded = 0
        while ground.disk.faultsMet.count < rounds { recorded += try await record(instance) }
        guard ground.disk.faultsMet.allSatisfy({ $0.description == "commit to views/\(part.name)" }) else {
            try await instance.close()
            return nil
        }
        return (instance, recorded)
    }

    private static let attempts = 100

    @Test(arguments: 1...4, ViewPart.allCases)
    func `T28 what a commit tells stands once, however long the views wait for room`(rounds: Int, part: ViewPart)
        async throws
    {
        let operation = try await Self.viewCommit(151, part)
        try #require(operation > 0)
        var found: (Instance, Int)?
        for _ in 0..<Self.attempts where found == nil {
            found = try await Self.starved(try Ground(seed: 151), part, rounds: rounds, from: operation)
        }
        var (instance, recorded) = try #require(found)
        for _ in 1...3 { recorded += try await Self.record(instance) }
        #expect(!instance.status.isDiskFull)
        // The first start attested too, and a day has passed since.
        #expect(try Self.entries(instance, ChainsSubject.entry(.attested)).count == 2)
        #expect(try Self.entries(instance, ViewsSubject.entry(.attested)).count == 2)
        #expect(try Self.entries(instance, RefusalsSubject.entry(.summarized)).map { $0.data["count"]?.number } == [3])
        #expect(try Self.entries(instance, LedgerSubject.entry(.verified)).count == recorded)
        #expect(
            try Self.entries(instance, LedgerSubject.entry(.degraded)).map { $0.data["why"] } == ["the disk was full"]
        )
        #expect(try Self.entries(instance, LedgerSubject.entry(.resumed)).count == 1)
        try await instance.close()
    }

    @Test(arguments: ViewPart.allCases)
    func `T28 what is refused is refused, and not said to be done, while the views wait for room`(part: ViewPart)
        async throws
    {
        var answers: [Refusal] = []
        for operation in 1...12 {
            let ground = try Ground(seed: 152)
            let instance = try await ground.open()
            try await Self.register(ground, instance)
            ground.disk.plan(.full, at: ground.disk.operations + operation)
            let refusal = await #expect(throws: Refusal.self) { try await Self.register(ground, instance) }
            let met = ground.disk.faultsMet.last?.description
            ground.disk.forgetPlan()
            _ = try await Self.record(instance)
            if met == "commit to views/\(part.name)", let refusal {
                answers.append(refusal)
                #expect(try Self.entries(instance, CommandSubject.entry(.failed)).count == 1)
            }
            try await instance.close()
        }
        #expect(!answers.isEmpty, "no commit of the views found the disk full")
        for answer in answers {
            guard case .rejected(let rejection) = answer else {
                Issue.record("\(answer)")
                continue
            }
            #expect(rejection.kind == .conflict)
        }
    }

    private static func register(_ ground: Ground, _ instance: Instance) async throws {
        let id = PartnerID(random: instance.world.random(16))
        let command = try Change<Partner>.registering(id, ["name": "P", "slug": "taken"])
        _ = try await instance.perform(command, by: ground.service())
    }
}
