import Identity
import Wire

/// Keeps refusals from filling the disk: entries for known parties up to a rate; everything else is only counted.
struct RefusalMeter {
    /// Entries a minute for one party and one code.
    static let entriesPerMinute = 20
    /// Distinct parties remembered in a minute; past them refusals are only counted.
    static let partiesMax = 10_000

    private struct Party: Hashable {
        let id: String
        let code: String
    }

    private var minute: Int64 = 0
    private var entries: [Party: Int] = [:]

    /// Whether this refusal gets an entry of its own; otherwise it is counted.
    mutating func admits(_ refusal: RefusalEntry, now: Instant, isDiskShort: Bool) -> Bool {
        let code = refusal.event.code ?? refusal.event.type.text
        if now.seconds / 60 != minute {
            minute = now.seconds / 60
            entries.removeAll(keepingCapacity: true)
        }
        if let id = refusal.party, !isDiskShort {
            let party = Party(id: id, code: code)
            let count = entries[party, default: 0]
            if count < Self.entriesPerMinute, count > 0 || entries.count < Self.partiesMax {
                entries[party] = count + 1
                return true
            }
        }
        return false
    }
}
