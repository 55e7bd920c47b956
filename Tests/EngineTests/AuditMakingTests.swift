import Engine
import EventLog
import Identity
import Storage
import Testing
import Views
import Wire

/// The audit is made anew beside serving: until it is there a search says so, and everything else is answered.
@Suite(.timeLimit(.minutes(2))) struct AuditMakingTests {
    /// A ledger of some thousand entries whose audit is gone, opened with loops that the test drives.
    private struct Stepped {
        let ground: Ground
        let stepper = Stepper()
        let clock: SimulatedWorld
        let instance: Instance

        init(seed: UInt64) async throws {
            ground = try Ground(seed: seed)
            let first = try await ground.open()
            for _ in 1...5 { _ = try await first.perform(Self.events(3_000), by: .system) }
            try await first.close()
            try ground.disk.remove("views/audit")
            let now = ground.clock.world.wall().adding(seconds: 10)
            let (directory, clock) = (ground.directory, SimulatedWorld(seed: seed + 1, start: now, stepper: stepper))
            self.clock = clock
            var options = Instance.Options(software: "muniment test", log: { _ in }, onStop: { _ in })
            options.auditEntriesAtStartMax = 0
            instance = try await stepper.writing { [options] in
                try await Instance.open(directory, world: clock.world, options: options)
            }
        }

        static func events(_ count: Int) -> RecordEvents {
            RecordEvents((0..<count).map { _ in Event(LedgerSubject.entry(.resumed), chain: .platform) })
        }

        static let query = {
            var query = AuditQuery()
            query.chains = ["platform"]
            return query
        }()

        func length() throws -> Int { Int(try instance.read { try $0.length(of: "platform") }) }

        func total() throws -> Int { try instance.read { try $0.audit(Self.query).total } }
    }

    @Test func `searches wait for the audit, decisions do not, and in the end it has every entry`() async throws {
        let stepped = try await Stepped(seed: 811)
        let (instance, stepper, size) = (stepped.instance, stepped.stepper, stepped.instance.status.size)
        #expect(try instance.entry(at: size - 1)?.data["audit"] == "rebuilt")
        #expect(throws: AuditBehind.self) { try stepped.total() }
        #expect(instance.auditProgress?.folded == 0)
        // A commit holds a few thousand entries and ends where a command does.
        stepped.clock.pass(microseconds: 1_000_000)
        #expect(stepper.step("follower"))
        let progress = try #require(instance.auditProgress)
        #expect(progress.folded > 4_096 && progress.folded < size && progress.size == size)
        let behind = #expect(throws: Refusal.self) {
            try instance.read(by: .system) { reader, _ in try reader.audit(Stepped.query).total }
        }
        guard case .busy(let seconds, let why) = behind else {
            Issue.record("\(String(describing: behind))")
            return
        }
        #expect(seconds == Int(progress.secondsLeft) && why.contains("\(progress.folded) of \(size)"))
        let partner = PartnerID(random: instance.world.random(PartnerID.randomBytes))
        _ = try await stepper.writing {
            try await instance.perform(
                try Change<Partner>.registering(partner, ["name": "P", "slug": "p"]),
                by: .system
            )
        }
        #expect(try instance.read { try $0.resource(partner) } != nil)
        #expect(throws: AuditBehind.self) { try stepped.total() }
        while instance.auditProgress != nil {
            stepper.step("follower")
            stepper.step("writer")
        }
        #expect(try stepped.total() == stepped.length())
        #expect(try ReportTests.replay(stepped.ground, instance, seed: 5).differences.isEmpty)
        _ = try await stepper.writing { try await instance.perform(Stepped.events(2), by: .system) }
        #expect(try stepped.total() == stepped.length())
        stepper.forget()
    }

    @Test func `the audit is made to its end though writes are refused`() async throws {
        let stepped = try await Stepped(seed: 813)
        let (instance, stepper) = (stepped.instance, stepped.stepper)
        stepped.clock.loseSynchronisation()
        stepped.clock.stepWall(microseconds: 90_000_000_000)
        await #expect(throws: Refusal.self) {
            try await stepper.writing { try await instance.perform(Stepped.events(1), by: .system) }
        }
        try #require(instance.status.objection != nil && instance.auditProgress != nil)
        for _ in 1...100 where instance.auditProgress != nil {
            stepper.step("follower")
            stepper.step("writer")
        }
        #expect(instance.auditProgress == nil)
        #expect(try stepped.total() == stepped.length())
        stepper.forget()
    }

    @Test(
        arguments: [
            (4_000, 10_000, 0, 2_000_000, 3), (4_000, 10_000, 3_000, 1_000_000, 6), (10_000, 10_000, 0, 5_000_000, 1),
            (1, 2, 1, 60_000_000, 60),
        ] as [(UInt64, UInt64, UInt64, Int64, Int64)]
    )
    func `what is promised follows from how fast it goes`(
        folded: UInt64,
        size: UInt64,
        start: UInt64,
        microseconds: Int64,
        seconds: Int64
    ) {
        let progress = AuditProgress(folded: folded, of: size, since: start, microseconds: microseconds)
        #expect(progress.secondsLeft == seconds)
    }
}
