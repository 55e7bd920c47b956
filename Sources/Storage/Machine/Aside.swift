import Synchronization

/// A piece of work that a thread of its own does, while whoever needs its result does something else.
package final class Aside<Value: Sendable>: Sendable {
    private final class Outcome: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)

        func fill(by work: () throws -> Value) {
            let result = Result { try work() }
            self.result.withLock { $0 = result }
        }
    }

    private let thread: PinnedThread
    private let outcome = Outcome()

    /// Begins the work.
    package init(name: String, _ work: @escaping @Sendable () throws -> Value) {
        thread = PinnedThread(name: name)
        let outcome = outcome
        do throws(StorageError) {
            try thread.start { outcome.fill(by: work) }
        } catch {
            // Without a thread to spare it is done all the same, only at once.
            outcome.fill(by: work)
        }
    }

    /// Waits for the end of the work, wanted or not: nothing may run on behind whoever began it.
    deinit { thread.join() }

    /// Waits for the end of the work, and gives its result.
    package func value() throws -> Value {
        thread.join()
        guard let result = outcome.result.withLock({ $0 }) else {
            preconditionFailure("the thread has ended, and its last step was to leave a result")
        }
        return try result.get()
    }
}
