import NIOCore

/// Runs tasks on one event loop: what belongs to a connection is done where its bytes arrive.
///
/// On the threads that all tasks share, accepting a connection would wait behind the work of every request, and so
/// would whoever only watches.
final class EventLoopTaskExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
