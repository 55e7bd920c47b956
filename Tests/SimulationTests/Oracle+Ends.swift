import EventLog
import Wire

// What ends by itself: what clients may repeat, and tokens that were taken back.
extension Oracle {
    /// How many rows a sweep takes out, and how long one of them must have been over.
    private static let sweptMax = 5_000
    private static let sweptAfterSeconds: Int64 = 3_600
    private static let repeatedSeconds: Int64 = 86_400

    /// The rows that the entries leave, each with its end, by what it is of.
    private struct Ends {
        var tokens: [String: Instant] = [:]
        var keys: [String: Instant] = [:]

        mutating func fold(_ entry: Entry) {
            if entry.type == "token.revoked", let token = entry.stream,
                let end = entry.data["expires_at"]?.text.flatMap({ try? Instant(canonical: $0) })
            {
                tokens[token] = end
            }
            guard let key = entry.request?.idempotency?.key.mac else { return }
            let name = "\(entry.actor.id ?? "") \(key)"
            if let end = keys[name], end > entry.recordedAt { return }
            keys[name] = entry.recordedAt.adding(seconds: repeatedSeconds)
        }

        /// - Returns: how long the first that went was over.
        mutating func sweep(until: Instant) -> Instant? {
            let ends = (Array(tokens.values) + Array(keys.values)).filter { $0 <= until }.sorted()
            guard let last = ends.prefix(sweptMax).last else { return nil }
            tokens = tokens.filter { $0.value > last }
            keys = keys.filter { $0.value > last }
            return ends.first
        }
    }

    /// What is told to last does so by the entries, and a sweep takes out what was over, when it is worth it.
    static func endsAreTheEntries(_ evidence: Evidence) -> [String] {
        var (ends, found): (Ends, [String]) = (Ends(), [])
        for entry in evidence.entries {
            ends.fold(entry)
            guard entry.type == "ends.swept" else { continue }
            guard let until = entry.data["until"]?.text.flatMap({ try? Instant(canonical: $0) }),
                until.adding(seconds: sweptAfterSeconds) <= entry.recordedAt
            else {
                found.append("entry \(entry.index) sweeps what was not over")
                continue
            }
            let first = ends.sweep(until: until)
            // Views with a row of another time may find something to sweep.
            guard !evidence.whileDamaged.contains(entry.index) else { continue }
            if first.map({ $0.adding(seconds: sweptAfterSeconds) > entry.recordedAt }) ?? true {
                found.append("entry \(entry.index) sweeps nothing, or too soon")
            }
        }
        let rows = ["activities": ends.tokens.count, "idempotency": ends.keys.count]
        for (table, count) in rows where evidence.rows[table] != UInt64(count) {
            found.append("\(table) has \(evidence.rows[table] ?? 0) rows, not \(count)")
        }
        if evidence.rows["ends"] != UInt64(ends.tokens.count + ends.keys.count) { found.append("ends has other rows") }
        return found
            + evidence.lasting.compactMap { told in
                var end = ends.tokens[told.token]
                if let asOf = told.asOf {
                    end = nil
                    for entry in evidence.entries.prefix(Int(asOf) + 1)
                    where entry.type == "token.revoked" && entry.stream == told.token {
                        end = entry.data["expires_at"]?.text.flatMap { try? Instant(canonical: $0) }
                    }
                }
                let isThere = end.map { told.moment < $0 } ?? false
                let place = told.asOf.map { "as of \($0)" } ?? "now"
                return told.isThere == isThere ? nil : "\(told.token) \(place), at \(told.moment), is told wrongly"
            }
    }
}
