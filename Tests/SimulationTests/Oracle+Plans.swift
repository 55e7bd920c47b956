import EventLog
import Wire

// What is undone and restored.
extension Oracle {
    /// R3, R4: a plan was carried out as it was shown, all of it or nothing.
    static func plansAreKept(_ evidence: Evidence) -> [String] {
        let changes = Dictionary(grouping: evidence.entries.filter { $0.class == .state && $0.stream != nil }) {
            $0.request?.id ?? ""
        }
        return evidence.carriedOut.compactMap { plan in
            let made = changes[plan.request] ?? []
            if made.isEmpty, plan.isDone != true { return nil }
            guard plan.isDone != false else { return "\(plan.request) was refused and changed something" }
            let isShown = isShown(made[...], by: plan)
            let told = plan.changes.map { "\($0.verb) \($0.resource)" }
            return isShown
                ? nil : "\(plan.request) showed \(told) and made \(made.map { "\($0.type) \($0.stream ?? "")" })"
        }
    }

    /// Whether entries are those of the changes that a plan showed, in their order: each has one of its verb, and may
    /// have more of its own stream.
    ///
    /// What comes back after its own deletion comes without its secrets: they end with it, and the plan says so.
    private static func isShown(_ made: ArraySlice<Entry>, by plan: CarriedOut) -> Bool {
        var rest = made
        for step in plan.changes {
            guard let first = rest.popFirst(), verb(of: first) == step.verb, fits(first, step) else { return false }
            while let next = rest.first, next.stream == first.stream, fits(next, step) { rest.removeFirst() }
            guard plan.secretsLost.contains(step.resource) else { continue }
            while let next = rest.first, next.type == "secret.retired" { rest.removeFirst() }
        }
        return rest.isEmpty
    }

    private static func fits(_ entry: Entry, _ step: PlannedStep) -> Bool {
        guard entry.stream == step.resource || step.resource.hasPrefix("new#") else { return false }
        // An edge that goes is told with what it was; what is sealed does not stand in the entry.
        return verb(of: entry) == "removed"
            || step.after.allSatisfy { name, value in entry.data[name].map { $0 == value } ?? true }
    }

    private static func verb(of entry: Entry) -> Substring { entry.type.drop { $0 != "." }.dropFirst() }
}
