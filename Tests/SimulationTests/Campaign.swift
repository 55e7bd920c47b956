import EventLog
import Glibc
import Storage
import Synchronization

/// Many runs, on as many threads as there are cores, and what they add up to.
final class Campaign: Sendable {
    struct Report: Sendable {
        var seeds = 0
        var requests = 0
        var operations = 0
        var crashes = 0
        var entries: UInt64 = 0
        var faults = 0
        var sweeps = 0
        var damages: [String: Int] = [:]
        var statuses: [Int: Int] = [:]
        var failures: [Simulation.Outcome] = []
        var broken: [String] = []
        var took = Duration.zero
    }

    private struct State {
        var left: ArraySlice<UInt64>
        var report = Report()
    }

    private let options: Simulation.Options
    private let state: Mutex<State>

    init(seeds: [UInt64], options: Simulation.Options = Simulation.Options()) {
        self.options = options
        state = Mutex(State(left: seeds[...]))
    }

    /// Threads of its own: what the tests beside it await must not wait for a run to end.
    func run(threads: Int = 2) async throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<threads {
                group.addTask { try await self.work(number) }
            }
            try await group.waitForAll()
        }
        var report = state.withLock { $0.report }
        report.took = clock.now - start
        return report
    }

    private func work(_ number: Int) async throws {
        let thread = PinnedThread(name: "simulation \(number)")
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            do {
                try thread.start {
                    while let seed = self.state.withLock({ $0.left.popFirst() }) { self.run(seed) }
                    ended.resume()
                }
            } catch {
                ended.resume(throwing: error)
            }
        }
        thread.join()
    }

    private func run(_ seed: UInt64) {
        do {
            let outcome = try Simulation.run(seed: seed, options: options)
            state.withLock { $0.report.add(outcome) }
        } catch {
            state.withLock { $0.report.broken.append("seed \(seed): \(error)") }
        }
    }
}

extension Campaign.Report {
    mutating func add(_ outcome: Simulation.Outcome) {
        seeds += 1
        requests += outcome.requests
        operations += outcome.operations
        crashes += outcome.crashes
        entries += outcome.entries
        faults += outcome.faults.count
        sweeps += outcome.evidence.entries.count { $0.type == "ends.swept" }
        statuses.merge(outcome.statuses, uniquingKeysWith: +)
        for done in outcome.damage {
            damages[done.split(separator: ":").last.map(String.init) ?? done, default: 0] += 1
        }
        if !outcome.violations.isEmpty { failures.append(outcome) }
    }

    /// For the page that says how the ledger is tested.
    var text: String {
        let seconds = max(1, took.components.seconds)
        let perMinute = { (count: Int) in "\(count) (\(Int64(count) * 60 / seconds) a minute)" }
        let answers = statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        let damage = damages.sorted { $0.key < $1.key }.map { "\($0.value) ×\($0.key)" }.joined(separator: ", ")
        return """
            \(seeds) seeds in \(seconds) s
            requests: \(perMinute(requests)), answered \(answers)
            entries: \(entries), of sweeps \(sweeps)
            storage operations: \(perMinute(operations)), faults \(faults)
            crashes: \(perMinute(crashes))
            damage: \(damage)
            """
    }
}

extension Simulation.Outcome {
    /// What to say of a run that failed: the seed that does it again, what was broken, and how it came to it.
    var account: String {
        """
        seed \(seed) breaks \(violations.map(\.description).joined(separator: "; "))
        again, with its whole trace: Tools/simulate --seed \(seed)
        \(trace.tail(120))
        """
    }
}

/// What the caller of the tests wants, from the environment.
enum Wish {
    static let seeds = number("MUNIMENT_SIMULATE_SEEDS")
    static let seed = number("MUNIMENT_SIMULATE_SEED")

    private static func number(_ name: String) -> UInt64? {
        unsafe getenv(name).map { unsafe String(cString: $0) }.flatMap { UInt64($0) }
    }
}
