import EventLog
import Wire

// What the product writes of its own accord, it writes once, whatever was full or failed while it did.
extension Oracle {
    private static let daySeconds: Int64 = 86_400
    private static let summaries: Set<String> = ["refusals.summarized", "reads.summarized"]
    private static let ofOneStart: Set<String> = ["ledger.opened", "ledger.closed"]

    static func ownEntriesStandOnce(_ evidence: Evidence) -> [String] {
        attestationsAreADayApart(evidence) + summariesDiffer(evidence) + startsAndStopsAreSingle(evidence)
            + degradationsAreOver(evidence)
    }

    private static func attestationsAreADayApart(_ evidence: Evidence) -> [String] {
        ["chains.attested", "views.attested"].flatMap { type in
            // Views that lack a row may not know what was attested last.
            let attested = evidence.entries.filter { $0.type == type && !evidence.whileDamaged.contains($0.index) }
            return zip(attested, attested.dropFirst()).compactMap { before, after in
                after.recordedAt >= before.recordedAt.adding(seconds: daySeconds, less: slack)
                    ? nil : "entry \(after.index), \(type), comes within a day of \(before.index)"
            }
        }
    }

    /// A command gets its time a microsecond or so after the one before it, however little time has passed.
    private static let slack: Int64 = 1_000

    /// No two summaries begin at one time, with one request, and tell of the same.
    ///
    /// What was asked besides, and as of when, stands in no summary: two questions about one thing differ by request.
    private static func summariesDiffer(_ evidence: Evidence) -> [String] {
        var seen: [String: UInt64] = [:]
        var found: [String] = []
        for entry in evidence.entries where summaries.contains(entry.type) {
            var told = entry.data
            told["to"] = nil
            let asker = "\(entry.actor.id ?? "") \(entry.request?.id ?? "")"
            let text = "\(entry.type) \(entry.chain) \(asker) \(JSON.object(told).canonical)"
            if let first = seen[text] {
                found.append(
                    "entries \(first) and \(entry.index) sum up the same: \(String(decoding: JSON.object(told).canonical, as: UTF8.self))"
                )
            }
            seen[text] = entry.index
        }
        return found
    }

    private static func startsAndStopsAreSingle(_ evidence: Evidence) -> [String] {
        var found: [String] = []
        for type in ofOneStart {
            var last: (start: Int, index: UInt64)?
            for entry in evidence.entries where entry.type == type {
                let start = evidence.starts.lastIndex { $0 <= entry.index } ?? -1
                if let last, last.start == start {
                    found.append("entries \(last.index) and \(entry.index), \(type), are of one start")
                }
                last = (start, entry.index)
            }
        }
        return found
    }

    /// A full disk is told of as it ends: with one entry that it was, and one that it is no more.
    private static func degradationsAreOver(_ evidence: Evidence) -> [String] {
        evidence.entries.indices.compactMap { place in
            let entry = evidence.entries[place]
            guard entry.type == "ledger.degraded" else { return nil }
            let next = place + 1 < evidence.entries.count ? evidence.entries[place + 1].type : "nothing"
            return next == "ledger.resumed" ? nil : "entry \(entry.index), ledger.degraded, is followed by \(next)"
        }
    }
}

extension Instant {
    fileprivate func adding(seconds: Int64, less microseconds: Int64) -> Instant {
        adding(seconds: seconds).adding(microseconds: -microseconds)
    }
}
