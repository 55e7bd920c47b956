import Synchronization

/// Runs the loops of an engine in the place of their threads, round by round, in the order that a simulation wants.
package final class Stepper: Sendable {
    private let rounds = Mutex<[String: Loop.Round]>([:])

    package init() {}

    /// One round of a loop by its name: `writer`, `notary`, `verifier`.
    ///
    /// - Returns: whether it has another one; not before its start, and not after its end.
    @discardableResult
    package func step(_ name: String) -> Bool {
        guard let round = rounds.withLock({ $0[name] }) else { return false }
        let goesOn = round(false)
        if !goesOn { rounds.withLock { $0[name] = nil } }
        return goesOn
    }

    /// The process is gone, and its loops with it.
    package func forget() { rounds.withLock { $0 = [:] } }

    func add(_ name: String, _ round: @escaping Loop.Round) {
        rounds.withLock { $0[name] = round }
    }

    func finish(_ name: String) {
        while step(name) {}
    }
}
