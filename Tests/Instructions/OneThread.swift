import Engine
import Synchronization

/// Runs tasks and the loops of an engine on the thread that asks it to, in the order in which they became ready:
/// nothing is left to chance.
final class OneThread: TaskExecutor {
    /// More rounds than any work of ours needs: past it something waits for what never comes.
    private static let roundsMax = 1_000

    private struct State {
        var ready: [UnownedJob] = []
        var running = 0
        var fault: (any Error)?
    }

    let stepper = Stepper()
    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.ready.append(job) }
    }

    /// Does that many things beside each other and returns when all are done.
    func run(_ count: Int, _ body: @escaping @Sendable (_ number: Int) async throws -> Void) throws {
        state.withLock { $0.running = count }
        for number in 0..<count {
            Task(executorPreference: self) { [self] in
                var fault: (any Error)?
                do { try await body(number) } catch let thrown { fault = thrown }
                state.withLock { state in
                    state.running -= 1
                    state.fault = state.fault ?? fault
                }
            }
        }
        for _ in 0..<Self.roundsMax where state.withLock({ $0.running > 0 }) {
            // The writer gets whatever the tasks have for it, in one piece.
            if !runReady() { stepper.step("writer") }
        }
        try state.withLock { state in
            if let fault = state.fault { throw fault }
            guard state.running == 0 else { throw Instructions.Fault.hangs }
        }
    }

    /// - Returns: whether anything was ready.
    private func runReady() -> Bool {
        let jobs = state.withLock { state in
            let jobs = state.ready
            state.ready.removeAll()
            return jobs
        }
        for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        return !jobs.isEmpty
    }
}
