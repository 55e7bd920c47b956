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
            let isShown =
                made.count == plan.changes.count
                && zip(made, plan.changes).allSatisfy { entry, step in
                    let verb = entry.type.drop { $0 != "." }.dropFirst()
                    guard verb == step.verb, entry.stream == step.resource || step.resource.hasPrefix("new#") else {
                        return false
                    }
                    // An edge that goes is told with what it was; what is sealed does not stand in the entry.
                    return verb == "removed"
                        || step.after.allSatisfy { name, value in entry.data[name].map { $0 == value } ?? true }
                }
            let told = plan.changes.map { "\($0.verb) \($0.resource)" }
            return isShown
                ? nil : "\(plan.request) showed \(told) and made \(made.map { "\($0.type) \($0.stream ?? "")" })"
        }
    }
}
