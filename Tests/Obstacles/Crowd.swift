import Dispatch
package import Engine
import Storage

/// So many readers at once that there is no place for another.
package final class Crowd: Sendable {
    private let thread = PinnedThread(name: "crowd")
    private let mayLeave = DispatchSemaphore(value: 0)

    package init(_ instance: Instance) throws {
        let isFull = DispatchSemaphore(value: 0)
        try thread.start { [mayLeave] in
            Self.read(instance) {
                isFull.signal()
                mayLeave.wait()
            }
        }
        isFull.wait()
    }

    /// Reads within a read, until the next one finds no place.
    private static func read(_ instance: Instance, whenFull: () -> Void) {
        do {
            try instance.read { _ in read(instance, whenFull: whenFull) }
        } catch {
            whenFull()
        }
    }

    package func leave() {
        mayLeave.signal()
        thread.join()
    }
}
