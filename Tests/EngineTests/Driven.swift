import Engine
import Storage
import Synchronization

final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set(_ isSet: Bool) { value.store(isSet, ordering: .releasing) }
}

extension Stepper {
    /// Drives the writer while somebody waits for it.
    func writing<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let isOver = Flag()
        let driver = PinnedThread(name: "driver")
        try driver.start { [self] in while !isOver.isSet { step("writer") } }
        defer {
            isOver.set(true)
            driver.join()
        }
        return try await body()
    }
}
