import Synchronization

extension Machine {
    /// Makes so many threads, all of one moment, and ends them again.
    ///
    /// The pool that runs Swift's tasks waits for a thread without a word where the system refuses it one, so who needs
    /// it asks first.
    ///
    /// - Throws: the system's answer to the first that it refused: the limit of the user (`ulimit -u`) or of the
    ///   control group (`TasksMax`, `pids.max`) is reached.
    package static func tryThreads(_ count: Int) throws(StorageError) {
        let threads = (0..<count).map { _ in PinnedThread(name: "tried") }
        let gate = Mutex(())
        defer { for thread in threads { thread.join() } }
        let refusal: StorageError? = gate.withLock { _ in
            for thread in threads {
                do throws(StorageError) { try thread.start { gate.withLock { _ in } } } catch { return error }
            }
            return nil
        }
        if let refusal { throw refusal }
    }
}
