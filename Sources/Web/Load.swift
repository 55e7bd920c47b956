import Synchronization

/// What all requests together take of the server at this moment, and whether it bears another.
///
/// More than can be answered soon would only wait, in memory, to be answered late: who comes then is told at once to
/// come again. So an overload is over as soon as it ends.
final class Load: Sendable {
    private let limits: WebServer.Limits
    private let requests = Atomic(0)
    private let bytes = Atomic(0)

    init(limits: WebServer.Limits) { self.limits = limits }

    /// Counts a request that is about to be answered, unless there are as many as may be.
    func begin() -> Bool {
        if requests.add(1, ordering: .relaxed).newValue <= limits.answeringMax { return true }
        end()
        return false
    }

    func end() { requests.subtract(1, ordering: .relaxed) }

    /// Counts bytes of a body, unless there are as many as may be.
    fileprivate func take(_ count: Int) -> Bool {
        if bytes.add(count, ordering: .relaxed).newValue <= limits.bodiesBytesMax { return true }
        give(count)
        return false
    }

    /// Counts bytes that are there already: of an answer, until it has left.
    func hold(_ count: Int) { bytes.add(count, ordering: .relaxed) }

    func give(_ count: Int) { bytes.subtract(count, ordering: .relaxed) }
}

/// The bytes of one request and of its answer, counted for as long as they are held.
struct HeldBytes: ~Copyable, Sendable {
    private let load: Load
    private var count = 0

    init(_ load: Load) { self.load = load }

    deinit { load.give(count) }

    /// - Returns: whether there is room for so many more.
    mutating func take(_ more: Int) -> Bool {
        guard load.take(more) else { return false }
        count += more
        return true
    }
}
