import Storage
import Synchronization
import Testing

/// Work on a thread of its own: its result, its failure, and its end.
struct AsideTests {
    @Test func `the result is there when it is asked for, and again`() throws {
        let aside = Aside(name: "sum") { (1...1_000).reduce(0, +) }
        #expect(try aside.value() == 500_500)
        #expect(try aside.value() == 500_500)
    }

    @Test func `a failure is the asker's`() {
        let aside = Aside<Int>(name: "failure") { throw StorageError(.notFound, "look aside") }
        let fault = #expect(throws: StorageError.self) { try aside.value() }
        #expect(fault?.kind == .notFound)
    }

    @Test func `nothing runs on behind whoever lets go of it`() {
        let steps = Steps()
        do {
            _ = Aside(name: "long") {
                for _ in 0..<100_000 { steps.count.withLock { $0 += 1 } }
            }
        }
        #expect(steps.count.withLock { $0 } == 100_000)
    }

    private final class Steps: Sendable {
        let count = Mutex(0)
    }
}
