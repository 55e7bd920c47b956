import Dispatch
package import Engine
package import Identity

/// A command that keeps the writer busy until it is let go.
package struct Slow: Command {
    private let started = DispatchSemaphore(value: 0)
    private let mayEnd = DispatchSemaphore(value: 0)

    package init() {}

    package func decide(_ room: Room) throws -> [Event] {
        started.signal()
        mayEnd.wait()
        return []
    }

    package func output(_ room: Room) throws {}

    /// Waits until the writer is at it, and not by blocking: the pool that a test runs on may have no other thread.
    package func hasStarted() async {
        while started.wait(timeout: .now()) == .timedOut { await Task.yield() }
    }

    package func release() { mayEnd.signal() }
}
