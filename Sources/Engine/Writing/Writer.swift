import Identity
import Storage
import Wire

/// The one thread that writes: it takes what waits, lets the core decide and commit it, and stops rather than guess.
final class Writer: Sendable {
    let queue = CommandQueue()
    private let thread = PinnedThread(name: "writer")
    private let status: WriterStatus

    init(status: WriterStatus) { self.status = status }

    /// - Parameters:
    ///   - makeCore: called on the thread itself, so that nothing of the core is ever shared.
    ///   - onTick: called after each drain, and at least every second.
    ///   - onStop: called when the writer cannot go on; the process should end.
    func start(
        _ makeCore: @escaping @Sendable () throws -> WriterCore,
        onTick: @escaping @Sendable () -> Void,
        onStop: @escaping @Sendable (WriterCore.Stop) -> Void,
    ) throws {
        try thread.start { [queue, status] in
            do {
                let core = try makeCore()
                while let batch = queue.next() {
                    queue.putBack(try core.run(batch))
                    onTick()
                }
                _ = try core.run([], isClosing: true)
            } catch {
                let stop = WriterCore.stop(error)
                status.stop(stop.why)
                let notTried = Refusal.busy(retryAfterSeconds: 5, "the server stopped before this was tried")
                for submission in queue.drainAll() { submission.answer(notTried) }
                onStop(stop)
            }
        }
    }

    /// Serves what waits, takes no more, and returns when the thread has ended.
    func close() {
        queue.close()
        thread.join()
    }
}
