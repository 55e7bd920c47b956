import Endpoints
import Engine
import Identity
import Views
import Wire

/// What differs between two moments: whatever came and went in between is left out.
struct DiffEndpoints: Sendable {
    private let admin: Admin

    init(_ admin: Admin) { self.admin = admin }

    var all: [Endpoint] { [.get("/diff", .readsAudit, "List what differs between two moments", compare)] }

    private static let scope = Endpoint.Parameter(
        "scope",
        in: .query,
        "platform, or the id of a partner, a tenant or any other resource",
        .string(maxLength: 68),
        required: true
    )

    private var compare: Operation {
        Operation(
            admin,
            "audit.diff",
            parameters: [Self.scope, .from, .to, .page, .perPage],
            replies: .page("A page, each resource with what hangs on it", of: "difference") + [.absent],
            run: showDifferences
        )
    }

    private func showDifferences(_ call: Call) async throws(Refusal) -> Answer {
        let (query, instance) = (call.query, admin.instance)
        guard let name = query.text("scope"), let from = try AsOf(query, named: "from", in: instance)?.index else {
            throw .failed
        }
        let until = try AsOf(query, named: "to", in: instance)?.index
        let sight = try await call.read(for: name) { reader, judge in
            let scope = try ReachedScope(name, by: judge)
            let last = try call.position ?? reader.size &- 1
            let to = until ?? last
            try Self.require(from <= to, "from", "It lies after the later moment")
            try Self.require(to <= last, "to", "It lies after as_of")
            let touched = try scope.touched(after: from, upTo: to, of: instance, by: judge)
            let comparison = Comparison(of: judge.head, at: from, and: to, opening: instance.open)
            let differences = try comparison.differences(of: touched)
            let line = DifferenceItem(comparison, judge, opening: instance.open)
            let items = try differences.page(query.page, of: query.perPage).map { try line.json($0) }
            return (try scope.chain(by: judge), items, Self.totals(differences), differences.count)
        }
        let (chain, items, totals, count) = sight.value
        try await call.record(EntrySubject.entry(.compared), chain: chain)
        let part = ListPart(query, total: count, asOf: call.position ?? sight.index)
        return .list(items.map { Item($0) }, part, of: DifferenceItem.columns, totals: totals, at: sight.index)
    }

    private static func require(_ holds: Bool, _ name: String, _ message: String) throws {
        if !holds { throw Rejection.invalid([Query.issue(name, message, "value_error")]) }
    }

    private static func totals(_ differences: [Difference]) -> Members {
        var counts: [Difference.Change: Int64] = [:]
        for difference in differences { counts[difference.change, default: 0] += 1 }
        return Members(Difference.Change.allCases.map { ($0.rawValue, .integer(counts[$0] ?? 0)) })
    }

    static let schemas = Schema.envelopes(
        "difference",
        DifferenceItem.schema,
        beside: [
            .init(
                "totals",
                .object(Difference.Change.allCases.map { .init($0.rawValue, .integer(min: 0), required: true) }),
                "How many lines of each sort there are, on all pages",
                required: true
            )
        ]
    )
}
