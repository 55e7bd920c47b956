import Dispatch
package import Engine
package import Identity
import Patience

/// A command that keeps the writer busy until it is let go, and fails where nobody does that.
package struct Slow: Command {
    private struct NeverReleased: Error {}

    private static let secondsMax = 120

    private let started = DispatchSemaphore(value: 0)
    private let mayEnd = DispatchSemaphore(value: 0)

    package init() {}

    package func decide(_ room: Room) throws -> [Event] {
        started.signal()
        guard mayEnd.wait(timeout: .now() + .seconds(Self.secondsMax)) == .success else { throw NeverReleased() }
        return []
    }

    package func output(_ room: Room) throws {}

    /// Waits until the writer is at it, and not by blocking: the pool that a test runs on may have no other thread.
    ///
    /// Where the writer never comes to it, it keeps nobody busy any more, and the test does not find what it looks for.
    package func hasStarted() async {
        do {
            try await until { started.wait(timeout: .now()) == .success }
        } catch {
            release()
        }
    }

    package func release() { mayEnd.signal() }
}
