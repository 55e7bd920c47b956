import Chance
import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Synchronization
import Wire

/// A server on a simulated disk, under a simulated clock, with simulated clients, one job at a time: with the same seed
/// it does, suffers and tells the same for ever.
///
/// A run is a row of lives of the process. In each, clients ask while the disk fails as planned; then the process is
/// closed or killed, or the machine loses its power. Between lives the oracle looks at all there is.
final class Simulation {
    /// What a run is like where it is not like all others: for the negative controls.
    struct Options: Sendable {
        var lives = 5
        /// Somebody works on the directory between lives.
        var hasOperator = true
        /// A disk that says it has synced and never has; nobody tells the oracle.
        var lies = false
        /// A fault is no excuse for an answer that says so.
        var hasNoExcuse = false
        /// Nobody verifies, replays or refuses what the disk has damaged.
        var isBlind = false
    }

    /// What came of a run.
    struct Outcome: Sendable {
        let seed: UInt64
        let trace: Trace
        let violations: [Violation]
        let requests: Int
        let operations: Int
        let crashes: Int
        let entries: UInt64
        let statuses: [Int: Int]
        let faults: [String]
        let damage: [String]
        /// What the oracle saw last.
        let evidence: Evidence
    }

    let seed: UInt64
    let options: Options
    var dice: Dice
    let disk: SimulatedDisk
    let stepper = Stepper()
    let clock: SimulatedWorld
    let directory: DataDirectory
    let founded: Instance.Founded
    let scheduler: Scheduler
    let book = Book()
    let trace = Trace()
    let running = Running()
    var crashes = 0
    var damage: [String] = []
    var durable: [Evidence.Durable] = []
    var starts: [UInt64] = []
    /// Why the last start failed, if it did.
    var failure: (any Error)?
    var evidence = Evidence()
    var faultsBefore = 0
    /// The keys of the rows of views, for a look at them while nothing runs.
    let viewKeys: (rows: [UInt8], blind: [UInt8])
    /// What the views were like before the last start.
    var viewsBefore: ViewsBefore?
    var lastStop: String?
    var diskHasLied = false
    var isOver = false
    /// Whether the disk has changed something behind everybody's back.
    var isDamaged = false
    /// Whether a disk that lied has lost what a start needs: keys, which nothing makes anew.
    var isRefusedAfterLie = false
    /// What was written meanwhile, where it was the views.
    var whileDamaged: Range<UInt64> = 0..<0

    init(seed: UInt64, options: Options = Options()) throws {
        self.seed = seed
        self.options = options
        dice = Dice(seed: seed)
        disk = SimulatedDisk(seed: dice.next())
        clock = SimulatedWorld(seed: dice.next(), stepper: stepper)
        directory = DataDirectory(simulated: disk)
        scheduler = Scheduler { [disk] in !disk.isWithoutPower }
        founded = try Instance.create(
            directory,
            kek: nil,
            world: clock.world,
            Instance.Founding(
                baseURL: RunningServer.base,
                administratorEmail: "admin@example.com",
                algorithm: .EdDSA,
                software: "simulated"
            )
        )
        viewKeys = try Self.viewKeys(directory)
        disk.endProcesses()
    }

    static func run(seed: UInt64, options: Options = Options()) throws -> Outcome {
        let simulation = try Simulation(seed: seed, options: options)
        for number in 1...options.lives where !simulation.isOver {
            simulation.live(number)
            simulation.operate()
            if number == Self.rememberedLife { simulation.disk.rememberRows() }
            if !simulation.book.use({ $0.violations.isEmpty }) { simulation.isOver = true }
        }
        if !simulation.isOver { simulation.finish() }
        return simulation.outcome
    }

    /// Rows are remembered after this life, and one of them may be put back at the end.
    private static let rememberedLife = 2

    private var outcome: Outcome {
        let (violations, requests, statuses) = book.use { ($0.violations, $0.requests.count, $0.statuses) }
        for violation in violations { trace.add("! \(violation)") }
        return Outcome(
            seed: seed,
            trace: trace,
            violations: violations,
            requests: requests,
            operations: disk.operations,
            crashes: crashes,
            entries: UInt64(evidence.lines.count),
            statuses: statuses,
            faults: disk.faultsMet.map { "\($0.fault) at \($0.description)" },
            damage: damage,
            evidence: evidence
        )
    }

    private func live(_ number: Int) {
        let plan = Plan(&dice)
        trace.add("= life \(number): \(plan)")
        book.use { state in
            state.isOver = false
            state.isStopped = false
            state.isTroubled = false
        }
        faultsBefore = disk.faultsMet.count
        if plan.strikesOpening { arm(plan) }
        guard let instance = open() else {
            if !isOver, !hasExcuse(failure) { book.violate("I9", "a start failed for no reason: \(reason)") }
            return end(nil, plan.end)
        }
        if !plan.strikesOpening {
            audit(instance)
            guard book.use({ $0.violations.isEmpty }) else { return }
            arm(plan)
        }
        serve(instance, plan)
        end(instance, plan.end)
    }

    var reason: String { failure.map { "\($0)" } ?? "it says none" }

    /// More than any life has.
    private static let operationsOfALife = 4_000

    private func arm(_ plan: Plan) {
        if options.lies {
            for operation in 1...Self.operationsOfALife { disk.plan(.lost, at: disk.operations + operation) }
        }
        for (fault, operation) in plan.faults { disk.plan(fault, at: disk.operations + operation) }
    }

    /// The last start is a calm one: everything that was promised must be there.
    private func finish() {
        trace.add("= the end")
        faultsBefore = disk.faultsMet.count
        book.use { $0.isTroubled = false }
        guard let instance = open() else {
            if !isOver { book.violate("I9", "the last start failed, with nothing wrong") }
            return
        }
        audit(instance)
        end(instance, .close)
        if book.use({ $0.violations.isEmpty }), dice.onceIn(2) || options.isBlind { sufferDamage() }
    }
}
