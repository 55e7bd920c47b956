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
    ///   - onStop: called when the writer cannot go on; the process should end.
    func start(
        _ makeCore: @escaping @Sendable () throws -> WriterCore, onStop: @escaping @Sendable (String) -> Void,
    ) throws {
        try thread.start { [queue, status] in
            do {
                let core = try makeCore()
                while let batch = queue.next() {
                    queue.putBack(try core.run(batch))
                }
                _ = try core.run([], isClosing: true)
            } catch {
                let why = (error as? WriterCore.Stop)?.why ?? "the writer stopped: \(error)"
                status.stop(why)
                // Whether their entries stand is unknown; a client with an Idempotency-Key may ask again and learn it.
                let unknown = Refusal.busy(retryAfterSeconds: 5, "the outcome is unknown; ask again with the same key")
                for submission in queue.drainAll() { submission.answer(unknown) }
                onStop(why)
            }
        }
    }

    /// Serves what waits, takes no more, and returns when the thread has ended.
    func close() {
        queue.close()
        thread.join()
    }
}
