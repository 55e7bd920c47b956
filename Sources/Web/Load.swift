import Endpoints
import Synchronization

/// How many requests are being answered at this moment, and whether the server bears another.
///
/// More than can be answered soon would only wait, in memory, to be answered late: who comes then is told at once to
/// come again. So an overload is over as soon as it ends.
final class Load: Sendable {
    private let limits: WebServer.Limits
    private let requests = Atomic(0)

    init(limits: WebServer.Limits) { self.limits = limits }

    /// Counts a request that is about to be answered, unless there are as many as may be.
    func begin() -> Bool {
        if requests.add(1, ordering: .relaxed).newValue <= limits.answeringMax { return true }
        end()
        return false
    }

    func end() { requests.subtract(1, ordering: .relaxed) }
}

/// One request's place, which it may give up while it waits; given up twice it is given up once.
final class LoadPlace: AnsweringPlace {
    private let load: Load
    private let isTaken = Atomic(false)

    init(_ load: Load) { self.load = load }

    func enter() -> Bool {
        guard load.begin() else { return false }
        isTaken.store(true, ordering: .relaxed)
        return true
    }

    func leave() {
        if isTaken.exchange(false, ordering: .relaxed) { load.end() }
    }
}
