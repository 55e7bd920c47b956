import Chance
import Synchronization

/// Runs tasks one job at a time, in the order that the seed decides: the one thread of a simulation.
///
/// Whatever is awaited in a simulated server or client comes back here, so nothing ever runs beside anything else.
final class Scheduler: TaskExecutor {
    private struct Ready {
        let job: UnownedJob
        /// Whether it was made ready by a process that had power: what it was told counts as told.
        let isToldInTime: Bool
    }

    private struct State {
        var ready: [Ready] = []
        var isToldInTime = true
        var isProcessGone = false
    }

    private let state = Mutex(State())
    private let hasPower: @Sendable () -> Bool

    init(hasPower: @escaping @Sendable () -> Bool) { self.hasPower = hasPower }

    func enqueue(_ job: consuming ExecutorJob) {
        let (job, hasPower) = (UnownedJob(job), hasPower())
        state.withLock { $0.ready.append(Ready(job: job, isToldInTime: hasPower && !$0.isProcessGone)) }
    }

    var count: Int { state.withLock { $0.ready.count } }

    /// Nobody hears what a process that is gone says: what becomes ready from now on was told too late.
    func processIsGone(_ isGone: Bool) { state.withLock { $0.isProcessGone = isGone } }

    /// Whether what the running job was told left the process before its end.
    var isToldInTime: Bool { state.withLock { $0.isToldInTime } }

    /// Runs one of the jobs that are ready.
    ///
    /// - Returns: whether there was one.
    func runOne(_ dice: inout Dice) -> Bool {
        let count = count
        guard count > 0 else { return false }
        let place = dice.below(count)
        let next = state.withLock { state in
            let next = state.ready.remove(at: place)
            state.isToldInTime = next.isToldInTime
            return next
        }
        unsafe next.job.runSynchronously(on: asUnownedTaskExecutor())
        return true
    }
}
