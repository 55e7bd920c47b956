import Identity
import Wire

/// Keeps refusals from filling the disk: entries for known parties up to a rate, sums for everything else.
struct RefusalMeter {
    /// Entries a minute for one party and one code.
    static let entriesPerMinute = 20
    static let sumEverySeconds: Int64 = 10
    /// Distinct parties remembered in a minute, and distinct sums kept: past them, only the whole is counted.
    static let partiesMax = 10_000

    private struct Party: Hashable {
        let id: String
        let code: String
    }

    private struct Sum: Hashable {
        let code: String
        let endpoint: String
        let chain: Chain
    }

    private var minute: Int64 = 0
    private var entries: [Party: Int] = [:]
    private var sums: [Sum: Int64] = [:]
    private var sumsSince: Instant?

    /// Whether this refusal gets an entry of its own; otherwise it is counted.
    mutating func admits(_ note: RefusalNote, endpoint: String, now: Instant, isDiskShort: Bool) -> Bool {
        let code = note.event.code ?? note.event.type.rawValue
        if now.seconds / 60 != minute {
            minute = now.seconds / 60
            entries.removeAll(keepingCapacity: true)
        }
        if let id = note.party, !isDiskShort {
            let party = Party(id: id, code: code)
            let count = entries[party, default: 0]
            if count < Self.entriesPerMinute, count > 0 || entries.count < Self.partiesMax {
                entries[party] = count + 1
                return true
            }
        }
        let sum = Sum(code: code, endpoint: endpoint, chain: note.event.chain)
        let isRoom = sums[sum] != nil || sums.count < Self.partiesMax
        sums[isRoom ? sum : Sum(code: "other", endpoint: "other", chain: .platform), default: 0] += 1
        if sumsSince == nil { sumsSince = now }
        return false
    }

    func isDue(now: Instant, atOnce: Bool) -> Bool {
        guard let sumsSince else { return false }
        return atOnce || now >= sumsSince.adding(seconds: Self.sumEverySeconds)
    }

    /// The sums that are due, in a stable order.
    mutating func due(now: Instant, atOnce: Bool) -> [Event] {
        guard let since = sumsSince, isDue(now: now, atOnce: atOnce) else { return [] }
        defer {
            sums.removeAll(keepingCapacity: true)
            sumsSince = nil
        }
        return sums.sorted {
            ($0.key.chain.text, $0.key.code, $0.key.endpoint) < ($1.key.chain.text, $1.key.code, $1.key.endpoint)
        }.map { sum, count in
            Event(
                .refusalsSummarized,
                chain: sum.chain,
                data: [
                    "code": .string(sum.code), "count": .integer(count), "endpoint": .string(sum.endpoint),
                    "from": .string(since.text), "to": .string(now.text),
                ]
            )
        }
    }
}
