import Engine
import EventLog
import Identity
import OpenSSL
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

        /// Drives the writer while somebody waits for it.
        func writing<R: Sendable>(_ body: () async throws -> R) async throws -> R {
            let isOver = Flag()
            let driver = PinnedThread(name: "driver")
            try driver.start { [stepper] in while !isOver.isSet { stepper.step("writer") } }
            defer {
                isOver.set(true)
                driver.join()
            }
            return try await body()
        }

        func open() async throws -> Instance {
            try await writing {
                try await Instance.open(
                    directory,
                    world: world,
                    options: Instance.Options(
                        software: "muniment test",
                        log: { [lines] in lines.add($0) },
                        onStop: { [lines] in lines.add("stopped: \($0)") }
                    )
                )
            }
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set(_ isSet: Bool) { value.store(isSet, ordering: .releasing) }
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
        #expect(sleeper.lines.all.contains { $0.hasPrefix("verification is tried again: ") })
        sleeper.isAsleep.set(false)
        #expect(!sleeper.stepper.step("verifier"))
        #expect(instance.status.refusal == nil && instance.integrity.isVerifiedOK == true)
        sleeper.stepper.forget()
    }
}
