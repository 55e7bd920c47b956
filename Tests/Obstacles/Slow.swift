import Dispatch
package import Engine
import Patience

/// A command that keeps the writer busy until it is let go, and fails where nobody does that.
package struct Slow: Command {
    private struct NeverReleased: Error {}

    private static let secondsMax = 120

    private let started = DispatchSemaphore(value: 0)
    private let mayEnd = DispatchSemaphore(value: 0)

    package init() {}

    package var requirement: Requirement { .recording }

    package func decide(_ context: DecisionContext) throws -> Decision<Void> {
        started.signal()
        guard mayEnd.wait(timeout: .now() + .seconds(Self.secondsMax)) == .success else { throw NeverReleased() }
        return Decision([])
    }

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
