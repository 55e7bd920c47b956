import Chance
import Engine
import EventLog
import Identity
import Storage
import Synchronization
import Wire

/// How many tasks of a simulation have not ended.
final class Running: Sendable {
    private let tasks = Mutex(0)

    var count: Int { tasks.withLock { $0 } }
    func begin() { tasks.withLock { $0 += 1 } }
    func end() { tasks.withLock { $0 -= 1 } }
}

/// What clients do while the writer or the notary is in the middle of something.
final class Meanwhile: Sendable {
    private let dice: Mutex<Dice>
    private let scheduler: Scheduler

    init(_ dice: Dice, _ scheduler: Scheduler) {
        self.dice = Mutex(dice)
        self.scheduler = scheduler
    }

    func runSome() {
        var dice = dice.withLock { $0.split() }
        guard dice.onceIn(4) else { return }
        for _ in 0...dice.below(3) { _ = scheduler.runOne(&dice) }
    }
}

// The one loop that does everything: it decides what goes on next.
extension Simulation {
    /// More than any task of ours needs: past it something waits for ever.
    private static let stepsMax = 200_000

    func spawn(_ body: @escaping @Sendable () async -> Void) {
        running.begin()
        Task(executorPreference: scheduler) { [running] in
            await body()
            running.end()
        }
    }

    /// Goes on until every task has ended.
    func runUntilIdle(_ what: String) {
        for _ in 0..<Self.stepsMax {
            if running.count == 0 { return }
            step()
        }
        book.violate("hang", "\(what) does not end")
        isOver = true
    }

    /// One step of one of those who have something to do.
    func step() {
        switch dice.below(100) {
        case ..<66: if !scheduler.runOne(&dice) { stepper.step("writer") }
        case ..<86: stepper.step("writer")
        case ..<93: stepper.step("notary")
        case 93: stepper.step("verifier")
        case 94: stepper.step("follower")
        default: pass()
        }
    }

    /// Time goes by: mostly little of it, seldom much.
    private func pass() {
        let microseconds: Int64 =
            switch dice.below(100) {
            case ..<60: Int64(1 + dice.below(1_000))
            case ..<90: Int64(1_000 + dice.below(500_000))
            case ..<99: Int64(1_000_000 + dice.below(30_000_000))
            default: 61_000_000
            }
        clock.pass(microseconds: microseconds)
    }

    /// Clients ask, the disk fails as planned, until the plan is done or the process cannot go on.
    func serve(_ instance: Instance, _ plan: Plan) {
        let server: RunningServer
        do {
            server = try RunningServer(instance, of: self)
        } catch {
            return book.violate("door", "the endpoints could not be put together: \(error)")
        }
        for number in 0..<plan.clients {
            let client = Client(number: number, server: server, dice: dice.split())
            spawn {
                var client = client
                await client.run()
            }
        }
        // Readers do not wait for the writer: they see what there is between any two of its operations.
        let meanwhile = Meanwhile(dice.split(), scheduler)
        disk.beforeEachOperation { meanwhile.runSome() }
        defer { disk.beforeEachOperation(nil) }
        var stepsAfterStop = 0
        for _ in 0..<plan.steps where !disk.isWithoutPower && stepsAfterStop < 20 {
            step()
            remember(instance.checkpoint)
            if plan.stepsClock, dice.onceIn(200) { stepClock() }
            if dice.onceIn(4_000) { passDay() }
            if instance.status.refusal != nil { book.use { $0.isTroubled = true } }
            if book.use({ $0.isStopped }) { stepsAfterStop += 1 }
        }
        book.use { $0.isOver = true }
    }

    /// A published checkpoint is a promise: the oracle remembers it.
    private func remember(_ note: SignedNote?) {
        guard let note, book.use({ $0.checkpoints.last != note }) else { return }
        book.use { $0.checkpoints.append(note) }
        trace.add("checkpoint \(note.text.split(separator: "\n").dropFirst().first ?? "")")
    }

    /// What a client may repeat it may repeat for a day, and a day of old answers is swept.
    private func passDay() {
        clock.pass(microseconds: 86_500 * 1_000_000)
        trace.add("a day passes")
        book.use { state in
            state.day += 1
            state.open = []
            state.done = []
        }
    }

    private func stepClock() {
        let seconds: [Int64] = [2, 90, 3_000, 7_200]
        let size = (dice.pick(seconds) ?? 2) * (dice.onceIn(2) ? 1 : -1)
        if dice.onceIn(3) { clock.loseSynchronisation() } else { clock.regainSynchronisation() }
        book.use { $0.latestWall = max($0.latestWall, clock.world.wall()) }
        clock.stepWall(microseconds: size * 1_000_000)
        trace.add("the clock is set by \(size) s")
        book.use { $0.isTroubled = true }
    }
}
