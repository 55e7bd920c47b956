import Engine
import EventLog
import Identity
import OpenSSL
import Patience
import Storage
import Synchronization
import Testing
import Views
import Wire

/// Reads that take too long put writes and verification off; nothing is stopped and nothing is said to be altered.
struct LongReadTests {
    /// An instance whose loops the test drives, on a machine that sleeps when it is told to.
    private struct Sleeper {
        let disk: SimulatedDisk
        let stepper = Stepper()
        let clock: SimulatedWorld
        let world: World
        let lines = Lines()
        let isAsleep: Flag
        let directory: DataDirectory
        let founded: Instance.Founded

        init(seed: UInt64) throws {
            disk = SimulatedDisk(seed: seed)
            let (clock, flag) = (SimulatedWorld(seed: seed), Flag())
            let awake = clock.world
            (self.clock, isAsleep) = (clock, flag)
            world = World(
                wall: awake.wall,
                sinceBoot: {
                    // Longer than any read may be, whenever anybody looks.
                    if flag.isSet { clock.pass(microseconds: Instance.readAtLengthMicrosecondsMax + 1) }
                    return awake.sinceBoot()
                },
                isClockSynchronised: awake.isClockSynchronised,
                bootID: awake.bootID,
                random: awake.random,
                stepper: stepper
            )
            directory = DataDirectory(simulated: disk)
            founded = try Instance.create(
                directory,
                kek: nil,
                world: world,
                Instance.Founding(
                    baseURL: Ground.baseURL,
                    administratorEmail: "admin@example.com",
                    algorithm: .EdDSA,
                    software: "muniment test"
                )
            )
        }

        func writing<R: Sendable>(_ body: () async throws -> R) async throws -> R { try await stepper.writing(body) }

        func open(readMicrosecondsMax: Int64 = Instance.readMicrosecondsMax) async throws -> Instance {
            var options = Instance.Options(
                software: "muniment test",
                log: { [lines] in lines.add($0) },
                onStop: { [lines] in lines.add("stopped: \($0)") }
            )
            options.readMicrosecondsMax = readMicrosecondsMax
            return try await writing { [options] in
                try await Instance.open(directory, world: world, options: options)
            }
        }
    }

    @Test func `a verification that the machine slept through is done again, and no ledger is called altered`()
        async throws
    {
        let sleeper = try Sleeper(seed: 301)
        let instance = try await sleeper.open()
        sleeper.isAsleep.set(true)
        #expect(sleeper.stepper.step("verifier"), "it is tried again")
        #expect(sleeper.stepper.step("verifier"), "and again")
        #expect(instance.status.refusal == nil)
        #expect(instance.integrity.verified == nil)
        #expect(sleeper.lines.all.contains { $0.hasPrefix("verification is tried again in 20 seconds: ") })
        sleeper.isAsleep.set(false)
        sleeper.clock.pass(microseconds: 20_000_000)
        #expect(sleeper.stepper.step("verifier"))
        #expect(instance.status.refusal == nil && instance.integrity.isVerifiedOK == true)
        sleeper.stepper.forget()
    }

    @Test func `a verification that cannot read on waits twice as long each time, up to an hour`() async throws {
        let sleeper = try Sleeper(seed: 303)
        let instance = try await sleeper.open()
        #expect(instance.integrity.interrupted == nil)
        var waits: [Int64] = []
        for count in 1...11 {
            sleeper.isAsleep.set(true)
            #expect(sleeper.stepper.step("verifier"), "there is another try")
            sleeper.isAsleep.set(false)
            let interrupted = try #require(instance.integrity.interrupted)
            #expect(interrupted.count == count)
            waits.append(interrupted.waitSeconds)
            // Now it could, and does not before its time.
            sleeper.clock.pass(microseconds: interrupted.waitSeconds * 1_000_000 - 1)
            #expect(sleeper.stepper.step("verifier"))
            #expect(instance.integrity.interrupted?.count == count && instance.integrity.verified == nil)
            sleeper.clock.pass(microseconds: 1)
        }
        #expect(waits == [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600])
        #expect(sleeper.stepper.step("verifier"))
        #expect(instance.integrity.isVerifiedOK == true && instance.integrity.interrupted == nil)
        // One that has come to its end comes again a day later.
        let first = instance.integrity.verified?.at
        sleeper.clock.pass(microseconds: 86_400_000_000 - 1)
        #expect(sleeper.stepper.step("verifier"))
        #expect(instance.integrity.verified?.at == first)
        sleeper.clock.pass(microseconds: 1)
        #expect(sleeper.stepper.step("verifier"))
        #expect(instance.integrity.verified.flatMap(\.at).map { $0 > first ?? $0 } == true)
        sleeper.stepper.forget()
    }

    @Test func `a read of the writer that is cut puts its command off, loses nothing and stops nothing`() async throws {
        let sleeper = try Sleeper(seed: 304)
        let instance = try await sleeper.open()
        let (first, second) = (try #require(PartnerID("prt_first")), try #require(PartnerID("prt_second")))
        let size = instance.status.size
        sleeper.isAsleep.set(true)
        // The head of a chain that is new has to be looked for.
        let refusal = await #expect(throws: Refusal.self) {
            try await sleeper.writing { try await instance.perform(Self.partner(first), by: .system) }
        }
        sleeper.isAsleep.set(false)
        #expect(refusal == .busy(retryAfterSeconds: 5, "the storage was busy and nothing was done"))
        try #require(instance.status.stopped == nil)
        // A machine that sleeps between looking at one clock and at the other finds that they have stepped.
        let types = try (size..<instance.status.size).compactMap { try instance.entry(at: $0)?.type }
        #expect(types.allSatisfy { $0 == ClockSubject.entry(.stepped).text }, "\(types)")
        #expect(instance.status.putOff?.contains("\(StorageError.Kind.tookTooLong)") == true)
        for id in [second, first] {
            _ = try await sleeper.writing { try await instance.perform(Self.partner(id), by: .system) }
        }
        #expect(instance.status.putOff == nil)
        #expect(!sleeper.lines.all.contains { $0.hasPrefix("stopped") }, "\(sleeper.lines.all)")
        let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
        #expect(report.isOK, "\(report.problems)")
        sleeper.stepper.forget()
    }

    private static func partner(_ id: PartnerID) throws -> Change<Partner> {
        let slug = id.text.replacing("_", with: "-")
        return try .registering(id, ["name": "P", "slug": .string(slug)])
    }

    @Test func `an attestation that is cut is left for later, and no command with it`() async throws {
        let sleeper = try Sleeper(seed: 302)
        // Reads at length alone are cut.
        let instance = try await sleeper.open(readMicrosecondsMax: .max)
        func recorded() async throws -> Int {
            _ = try await sleeper.writing {
                try await instance.perform(
                    RecordEvents([Event(LedgerSubject.entry(.verified), chain: .platform)]),
                    by: .system
                )
            }
            return try (0..<instance.status.size).compactMap { try instance.entry(at: $0) }
                .count { $0.type == ChainsSubject.entry(.attested).text }
        }
        #expect(try await recorded() == 1, "that of the first start")
        // A second more than a day: entries of one moment are written a microsecond apart.
        sleeper.clock.pass(microseconds: 86_401_000_000)
        sleeper.isAsleep.set(true)
        #expect(try await recorded() == 1)
        sleeper.isAsleep.set(false)
        let told = sleeper.lines.all
        #expect(told.contains { $0.hasPrefix("the attestation of the chains is put off: ") }, "\(told)")
        sleeper.clock.pass(microseconds: 60_000_000)
        #expect(try await recorded() == 2)
        sleeper.stepper.forget()
    }

    @Test func `a map that a long read keeps from growing puts writes off, loses nothing and stops nothing`()
        async throws
    {
        var (putOff, told) = (0, 0)
        for operation in 1...10 {
            let ground = try Ground(seed: UInt64(310 + operation))
            let instance = try await ground.open()
            try await until { instance.integrity.verified != nil }
            ground.disk.plan(.mapFull, at: ground.disk.operations + operation)
            let ledger = try instance.tables.environment.beginRead()
            let views = try instance.views.state.beginRead()
            let (first, refusal) = await register("first", instance, ground)
            if instance.status.putOff != nil { told += 1 }
            _ = consume ledger
            _ = consume views
            if let refusal {
                guard case .busy = refusal else {
                    Issue.record("operation \(operation): \(refusal)")
                    continue
                }
                putOff += 1
            }
            let (second, none) = await register("second", instance, ground)
            #expect(none == nil && instance.status.refusal == nil, "operation \(operation)")
            #expect(instance.status.putOff == nil)
            let living = try instance.read { try $0.members(Partner.self, in: .platform, .all, limit: 10) }.items.map(
                \.id
            )
            #expect(living.contains(second))
            if refusal == nil { #expect(living.contains(first)) }
            let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
            #expect(report.isOK, "operation \(operation): \(report.problems)")
            try await instance.close()
            #expect(!ground.lines.all.contains { $0.hasPrefix("stopped") }, "\(ground.lines.all)")
        }
        #expect(putOff >= 2, "once in the ledger and once in the views")
        #expect(told >= 1, "until something is written")
    }

    private func register(_ slug: String, _ instance: Instance, _ ground: Ground) async -> (PartnerID, Refusal?) {
        let id = PartnerID(random: instance.world.random(16))
        do {
            let command = try Change<Partner>.registering(id, ["name": "P", "slug": .string(slug)])
            _ = try await instance.perform(command, by: ground.service())
            return (id, nil)
        } catch {
            return (id, error as? Refusal ?? .failed)
        }
    }
}
