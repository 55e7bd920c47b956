import Identity
import Storage
package import Wire

/// How what is over is taken out: some of it at a time, by an entry that says so.
package enum Sweep {
    /// How many rows one sweep takes out: some ten milliseconds of the writer's time.
    package static let rowsMax = 5_000
    /// How long everything that is taken out has been over.
    ///
    /// A clock may be an hour ahead before the server asks whether it is right: what seemed to be over by such a clock
    /// is still there when it is set back.
    package static let delaySeconds: Int64 = 3_600
    /// How much longer the first of them has waited for others: so it takes few entries to take out many.
    package static let gatheringSeconds: Int64 = 3_600
}

extension ViewTransaction {
    private static let swept = EndsSubject.entry(.swept)

    /// Takes out what was over by the moment that the entry tells, in the order in which it ended.
    func foldSweep(_ entry: FoldedEntry) throws {
        guard entry.type == Self.swept else { return }
        guard let told = entry.data["until"]?.text, let until = try? Instant(canonical: told) else {
            throw try entry.event().poison("it does not say until when")
        }
        // Whatever an entry says, nothing goes that was not over when it was written.
        for place in try over(at: min(until, entry.recordedAt), limit: Sweep.rowsMax) {
            delete(.ends, place.key, goingWith: place.dataKey)
            // A row that has got another end since has another place, too.
            guard try ending(place.table, place.row)?.end == place.end else { continue }
            delete(place.table, place.row, goingWith: place.dataKey)
        }
    }
}

extension RowReader {
    /// Until when the sweep that is due takes out what is over; nil where none is.
    package func sweepDue(at now: Instant) throws -> Instant? {
        let end = now.adding(seconds: -Sweep.delaySeconds)
        guard try !over(at: end.adding(seconds: -Sweep.gatheringSeconds), limit: 1).isEmpty else { return nil }
        return try over(at: end, limit: Sweep.rowsMax).last?.end
    }

    /// What is over at a moment and was not swept, in the order in which it ended.
    func over(at moment: Instant, limit: Int) throws -> [EndPlace] {
        var places: [EndPlace] = []
        try scan(.ends, from: nil, .forward) { key, value in
            guard let place = EndPlace(key.copied, value.copied) else { throw damage(.ends, key.copied) }
            guard place.end <= moment else { return false }
            places.append(place)
            return places.count < limit
        }
        return places
    }
}
