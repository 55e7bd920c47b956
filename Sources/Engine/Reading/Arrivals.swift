import Synchronization

/// Callers that wait until an index can be read, each for a bounded time.
final class Arrivals: Sendable {
    static let waitSecondsMax: Int64 = 5
    static let waitingMax = 4_096

    private struct Waiting {
        var size: UInt64
        var until: Int64
        var resume: CheckedContinuation<Bool, Never>
    }

    private let waiting = Mutex<[Waiting]>([])

    /// - Parameter now: microseconds since boot.
    /// - Returns: whether the ledger has grown to that size, before the wait was over.
    func wait(forSize size: UInt64, present: @Sendable () -> UInt64, now: Int64) async -> Bool {
        await withCheckedContinuation { (resume: CheckedContinuation<Bool, Never>) in
            let answer = waiting.withLock { waiting -> Bool? in
                if present() >= size { return true }
                if waiting.count >= Self.waitingMax { return false }
                waiting.append(Waiting(size: size, until: now + Self.waitSecondsMax * 1_000_000, resume: resume))
                return nil
            }
            if let answer { resume.resume(returning: answer) }
        }
    }

    /// Called after each commit, and every second.
    func advance(to size: UInt64, now: Int64) {
        let (arrived, late) = waiting.withLock { waiting in
            let arrived = waiting.filter { $0.size <= size }
            let late = waiting.filter { $0.size > size && $0.until <= now }
            waiting.removeAll { $0.size <= size || $0.until <= now }
            return (arrived, late)
        }
        for item in arrived { item.resume.resume(returning: true) }
        for item in late { item.resume.resume(returning: false) }
    }
}
