package import Identity
import Synchronization
package import Wire

/// Counts the refusals that get no entry of their own: of strangers, and past a party's rate.
///
/// Strangers are counted on their own threads, so a crowd of them fills no place in the queue; the writer writes the
/// sums down when they are due.
package final class RefusalCounter: Sendable {
    private let sums = Mutex(RefusalSums())

    package func count(code: String, endpoint: String, chain: Place, now: Instant) {
        sums.withLock { $0.count(code: code, endpoint: endpoint, chain: chain, now: now) }
    }

    /// Takes out the sums, if they are due.
    func take(now: Instant, atOnce: Bool) -> RefusalSums? {
        sums.withLock { sums in
            guard sums.isDue(now: now, atOnce: atOnce) else { return nil }
            defer { sums = RefusalSums() }
            return sums
        }
    }

    /// Puts back sums that could not be written.
    func putBack(_ taken: RefusalSums) { sums.withLock { $0.add(taken) } }
}

/// Refusals that are only counted, by code, endpoint and chain.
struct RefusalSums {
    static let everySeconds: Int64 = 10
    /// Distinct sums kept, and so the entries that refusals can cost each time: past them only the whole is counted.
    static let distinctMax = 100

    private struct Key: Hashable {
        let code: String
        let endpoint: String
        let chain: Place
    }

    private var counts: [Key: Int64] = [:]
    private var since: Instant?

    mutating func count(code: String, endpoint: String, chain: Place, now: Instant) {
        add(1, to: Key(code: code, endpoint: endpoint, chain: chain))
        if since == nil { since = now }
    }

    mutating func add(_ other: RefusalSums) {
        for (key, count) in other.counts { add(count, to: key) }
        since = [since, other.since].compactMap(\.self).min()
    }

    private mutating func add(_ count: Int64, to key: Key) {
        let isCounted = counts[key] != nil || counts.count < Self.distinctMax
        counts[isCounted ? key : Key(code: "other", endpoint: "other", chain: .platform), default: 0] += count
    }

    func isDue(now: Instant, atOnce: Bool) -> Bool {
        guard let since else { return false }
        // By the wall clock, which those who count read: behind a ledger whose time is ahead each would be due at once.
        return atOnce || now >= since.adding(seconds: Self.everySeconds) || now < since
    }

    /// In a stable order.
    func summaries(now: Instant) -> [Event] {
        counts.sorted {
            ($0.key.chain.text, $0.key.code, $0.key.endpoint) < ($1.key.chain.text, $1.key.code, $1.key.endpoint)
        }.map { key, count in
            Event(
                RefusalsSubject.entry(.summarized),
                chain: key.chain,
                data: [
                    "code": .string(key.code), "count": .integer(count), "endpoint": .string(key.endpoint),
                    // A clock that was set back between the two makes no sum end before it begins.
                    "from": .string(min(since ?? now, now).text), "to": .string(now.text),
                ]
            )
        }
    }
}
