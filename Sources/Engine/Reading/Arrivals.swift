import Synchronization

/// Callers that wait until an index can be read, each for a bounded time.
final class Arrivals: Sendable {
    static let waitSecondsMax: Int64 = 5
    static let waitingMax = 4_096
    /// How many of one party wait at once.
    static let waitingOfOneMax = 16

    private struct Waiting {
        var id: UInt64
        var party: String
        var size: UInt64
        var until: Int64
        var resume: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var waiting: [Waiting] = []
        var nextID: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// - Parameter now: microseconds since boot.
    /// - Returns: whether the ledger has grown to that size, before the wait was over or the caller gave up.
    func wait(forSize size: UInt64, party: String, present: @Sendable () -> UInt64, now: Int64) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (resume: CheckedContinuation<Bool, Never>) in
                let answer = state.withLock { state -> Bool? in
                    if present() >= size { return true }
                    if state.isClosed || Task.isCancelled || state.waiting.count >= Self.waitingMax { return false }
                    guard state.waiting.count(where: { $0.party == party }) < Self.waitingOfOneMax else { return false }
                    let until = now + Self.waitSecondsMax * 1_000_000
                    state.waiting.append(Waiting(id: id, party: party, size: size, until: until, resume: resume))
                    return nil
                }
                if let answer { resume.resume(returning: answer) }
            }
        } onCancel: {
            end { $0.id == id }
        }
    }

    /// Called after each commit, and every second.
    func advance(to size: UInt64, now: Int64) {
        let arrived = take { $0.size <= size }
        for item in arrived { item.resume.resume(returning: true) }
        end { $0.until <= now }
    }

    /// Lets everyone go: nothing is written any more.
    func close() {
        state.withLock { $0.isClosed = true }
        end { _ in true }
    }

    private func end(where isOver: (Waiting) -> Bool) {
        for item in take(where: isOver) { item.resume.resume(returning: false) }
    }

    private func take(where isOver: (Waiting) -> Bool) -> [Waiting] {
        state.withLock { state in
            let taken = state.waiting.filter(isOver)
            if !taken.isEmpty { state.waiting.removeAll(where: isOver) }
            return taken
        }
    }
}
