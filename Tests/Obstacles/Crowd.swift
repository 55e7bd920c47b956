import Dispatch
package import Engine
import Storage

/// So many readers at once that there is no place for another.
package final class Crowd: Sendable {
    /// A read with what is done meanwhile.
    package typealias Read = @Sendable (_ meanwhile: @escaping () -> Void) throws -> Void

    /// Where a test has failed meanwhile, nobody tells it to leave.
    private static let patience = DispatchTimeInterval.seconds(120)

    private let thread = PinnedThread(name: "crowd")
    private let mayLeave = DispatchSemaphore(value: 0)

    package convenience init(_ instance: Instance) throws {
        try self.init { meanwhile in try instance.read { _ in meanwhile() } }
    }

    package init(reading: @escaping Read) throws {
        let isFull = DispatchSemaphore(value: 0)
        try thread.start { [mayLeave] in
            Self.read(reading) {
                isFull.signal()
                _ = mayLeave.wait(timeout: .now() + Self.patience)
            }
        }
        _ = isFull.wait(timeout: .now() + Self.patience)
    }

    /// Reads within a read, until the next one finds no place.
    private static func read(_ reading: @escaping Read, whenFull: @escaping () -> Void) {
        do {
            try reading { read(reading, whenFull: whenFull) }
        } catch {
            whenFull()
        }
    }

    package func leave() {
        mayLeave.signal()
        thread.join()
    }
}
