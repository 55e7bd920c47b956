import Wire

/// A plan in words, a line for each thing: for people.
struct PlanText {
    private let plan: JSON

    init(_ plan: JSON) { self.plan = plan }

    var lines: [String] {
        items("changes").flatMap(change) + hidden + items("conflicts").map(conflict) + items("losses").map(loss)
            + items("returns").map { "works again: \(carried($0))" }
            + items("ends").map { "works no more: \(carried($0))" } + outcome
    }

    private func items(_ name: String) -> [JSON] { plan[name]?.items ?? [] }

    private func change(_ change: JSON) -> [String] {
        ["\(text(change["kind"])) \(text(change["resource_id"])): \(text(change["verb"]))"]
            + (change["fields"]?.items ?? []).map { field in
                "    \(text(field["name"])): \(value(field["before"])) -> \(value(field["after"]))"
            }
    }

    private var hidden: [String] {
        let more = (plan["change_count"]?.number ?? 0) - Int64(items("changes").count)
        return more > 0 ? ["and \(more) more"] : []
    }

    private func conflict(_ conflict: JSON) -> String {
        var line = "left out: \(text(conflict["resource_id"]))"
        if let field = conflict["field"]?.text { line += " \(field)" }
        line += ": \(text(conflict["kind"]))"
        if let code = conflict["code"]?.text { line += " (\(code))" }
        if let index = conflict["index"]?.number { line += ", by entry \(index)" }
        if let holder = conflict["holder"]?.text { line += ", held by \(holder)" }
        if let offer = conflict["offer"]?.text { line += "; restore \(offer) too" }
        if let force = conflict["force"]?.text { line += "; --force \(force) takes it along" }
        return line
    }

    private func loss(_ loss: JSON) -> String {
        let whose = loss["resource_id"]?.text.map { " of \($0)" } ?? ""
        return "does not come back: \(text(loss["kind"]))\(whose)"
    }

    private func carried(_ carried: JSON) -> String {
        "\(text(carried["kind"])) \(text(carried["resource_id"])) of \(text(carried["of"]))"
    }

    private var outcome: [String] {
        if let batch = plan["batch"]?.number { return ["done: entry \(batch) ends it"] }
        guard let cause = plan["cause"]?.number else {
            return items("changes").isEmpty ? ["nothing would change"] : []
        }
        let (done, skipped) = (plan["done"]?.number ?? 0, plan["skipped_count"]?.number ?? 0)
        return ["done: \(done) changes, begun by entry \(cause); \(skipped) had moved and were left"]
    }

    private func text(_ value: JSON?) -> String { value?.text ?? "-" }

    private func value(_ value: JSON?) -> String {
        switch value {
        case nil, .null?: "none"
        case .some(let value): String(decoding: value.compact, as: UTF8.self)
        }
    }
}
