import Identity
import Synchronization
import Wire

/// The one loop that writes: it takes what waits, lets the core decide and commit it, and stops rather than guess.
final class Writer: Sendable {
    let queue = CommandQueue()
    private let loop: Loop
    private let status: WriterStatus
    /// Made in the first round and gone with the last; nobody but the loop ever looks at it.
    private let core = Mutex<WriterCore?>(nil)

    init(status: WriterStatus, world: World) {
        self.status = status
        loop = Loop(name: "writer", world: world)
    }

    /// - Parameters:
    ///   - makeCore: called by the loop itself, so that nothing of the core is ever shared.
    ///   - onTick: called after each drain, and at least every second.
    ///   - onStop: called when the writer cannot go on; the process should end.
    func start(
        _ makeCore: @escaping @Sendable () throws -> sending WriterCore,
        onTick: @escaping @Sendable () -> Void,
        onStop: @escaping @Sendable (WriterCore.Stop) -> Void,
    ) throws {
        try loop.start { [self] waits in
            do {
                if try round(makeCore, waits: waits) {
                    onTick()
                    return true
                }
            } catch {
                let stop = WriterCore.stop(error)
                status.stop(stop.why)
                let notTried = Refusal.busy(retryAfterSeconds: 5, "the server stopped before this was tried")
                for submission in queue.drainAll() { submission.answer(notTried) }
                onStop(stop)
            }
            core.withLock { $0 = nil }
            return false
        }
    }

    /// - Returns: whether there is another round; after the last the queue is closed and empty.
    private func round(_ makeCore: () throws -> sending WriterCore, waits: Bool) throws -> Bool {
        try core.withLock { core in
            if core == nil { core = try makeCore() }
            guard let batch = queue.next(waits: waits) else {
                _ = try core?.run([], isClosing: true)
                return false
            }
            if let rest = try core?.run(batch) { queue.putBack(rest) }
            return true
        }
    }

    /// Serves what waits, takes no more, and returns when the loop has ended.
    func close() {
        queue.close()
        loop.join()
    }
}
