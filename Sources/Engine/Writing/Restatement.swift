import Identity
import Views
import Wire

extension DecisionContext {
    /// How many entries of one run are told again at most; of a shorter run there are never more than it has entries.
    static let restatementsMax = 5_000

    private static let retentionApplied = RetentionSubject.entry(.applied)

    /// The entries that say again, before retention removes a run of activity, what was told last in it and still
    /// lasts: views that are made of what is left then know of it as before.
    ///
    /// - Throws: `Rejection` where there are more than one command says.
    func restatements(before event: Event) throws -> [Event] {
        guard event.type == Self.retentionApplied, let chain = event.data["chain"]?.text.flatMap({ Place($0) }),
            let first = event.data["first_index"]?.number.flatMap({ UInt64(exactly: $0) }),
            let last = event.data["last_index"]?.number.flatMap({ UInt64(exactly: $0) }), first <= last
        else { return [] }
        let limit = Self.restatementsMax + 1
        let events = try facts.present.restatements(of: first...last, in: chain, at: wall, limit: limit)
        guard events.count < limit else {
            let why = "More than \(Self.restatementsMax) things of it still last: remove a shorter run"
            throw Rejection.invalid([FieldIssue(["last_index"], why, "too_long")])
        }
        return events
    }
}
