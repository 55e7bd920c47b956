import Endpoints
import Engine
import Identity
import Views
import Wire

/// The history of whatever administrators manage, written once for every kind.
struct HistoryEndpoints<R: ManagedResource>: Sendable {
    let admin: Admin

    var all: [Endpoint] {
        [
            .get(
                "\(ManagedEndpoints<R>.one)/history",
                .reads(R.self),
                "List the changes of \(ManagedEndpoints<R>.aWord), a deleted one's too, the newest first",
                history
            )
        ]
    }

    private var history: Operation {
        Operation(
            admin,
            ManagedEndpoints<R>.name("history"),
            parameters: [.page, .perPage, .related],
            replies: .page("A page", of: "change") + [.absent],
            run: showHistory
        )
    }

    private func showHistory(_ call: Call) async throws(Refusal) -> Answer {
        let id = try call.id(R.noun + "_id", of: R.self)
        let (query, instance) = (call.query, admin.instance)
        let sight = try await call.read(for: id.text) { reader, judge in
            guard let present = try judge.head.resource(id) else { throw Rejection.notFound(R.noun) }
            try judge.require(of: present)
            guard let resource = try reader.resource(id) else { throw Rejection.notFound(R.noun) }
            let page = try reader.changes(
                of: resource,
                withRelated: query.flag("related") ?? false,
                page: query.page,
                perPage: query.perPage
            )
            let change = ChangeItem(id.text, in: reader, for: try AuditViewer(judge), of: instance)
            return (present.chain, page, try page.indexes.map { try change.json(at: $0) })
        }
        let (chain, page, items) = sight.value
        try await call.record(R.entry(.read), chain: chain, stream: id.text)
        let asOf = call.position ?? sight.index
        let part = ListPart(query, total: page.total, isExact: page.isExact, asOf: asOf)
        return .list(items.map { Item($0) }, part, of: ChangeItem.columns, at: sight.index)
    }
}
