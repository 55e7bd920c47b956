import Endpoints
import Engine
import EventLog
import Identity
import Views
import Wire

/// The audit: the ledger itself, as far as the caller reaches, with the proof of each of its entries.
struct AuditEndpoints: Sendable {
    private let admin: Admin

    init(_ admin: Admin) { self.admin = admin }

    var all: [Endpoint] {
        [
            .get("/audit", .readsAudit, "List what happened, the newest first", list),
            .get("/audit/actions", .readsAudit, "List the actions there can be", actions),
            .get("/audit/resource-types", .readsAudit, "List the types of resources there can be", resourceTypes),
            .get("/audit/{entry}", .readsAudit, "Read one entry, by its id or index", read),
            .get("/audit/{entry}/proof", .readsAudit, "Prove that an entry is in the ledger", proof),
        ]
    }

    private var list: Operation {
        Operation(
            admin,
            "audit.list",
            parameters: [.page, .perPage] + AuditSearch.parameters,
            replies: .page("A page", of: "audit_item"),
            run: showList
        )
    }

    private var actions: Operation { words("audit.list_actions", AuditSearch.actions) }

    private var resourceTypes: Operation { words("audit.list_resource_types", AuditSearch.resourceTypes) }

    private var read: Operation {
        Operation(admin, "audit.read", replies: [.init(200, "The entry", .data("audit_item")), .absent], run: show)
    }

    private var proof: Operation {
        Operation(
            admin,
            "audit.prove",
            replies: [
                .init(200, "A c2sp.org/tlog-proof@v1", .string(), mediaType: "text/plain"), .absent,
                .init(503, "No checkpoint covers it yet: within a second one does", .named("Problem")),
            ],
            run: prove
        )
    }

    private func showList(_ call: Call) async throws(Refusal) -> Answer {
        let search = try AuditSearch(call.query)
        let instance = admin.instance
        let sight = try await call.read { reader, judge in
            try search.require(judge)
            let asOf = try call.position ?? (reader.size &- 1)
            let page = try search.find(upTo: asOf, in: judge, of: instance)
            let viewer = try AuditViewer(judge)
            let items = try page.indexes.compactMap { index in
                try instance.auditItem(at: index)?.json(for: viewer, opening: instance.open)
            }
            return (page, items, try search.chain(by: judge), asOf)
        }
        let (page, items, chain, asOf) = sight.value
        try await call.record(EntrySubject.entry(.listed), chain: chain ?? call.caller.home)
        let part = ListPart(call.query, total: page.total, isExact: page.isExact, asOf: asOf)
        return .list(items.map { Item($0) }, part, of: AuditItem.columns, at: sight.index)
    }

    private func show(_ call: Call) async throws(Refusal) -> Answer {
        let instance = admin.instance
        let sight = try await find(call) { item, viewer in
            (item.chain, item.id, try item.json(for: viewer, opening: instance.open))
        }
        let (chain, id, json) = sight.value
        try await call.record(EntrySubject.entry(.read), chain: chain, data: ["entry": .string(id)])
        return .one(Item(json), at: sight.index)
    }

    /// Proofs are public mathematics about an entry that the caller may read; asking for one is not recorded.
    private func prove(_ call: Call) async throws(Refusal) -> Answer {
        let instance = admin.instance
        let sight = try await find(call) { item, _ in try instance.proof(of: item.index) }
        guard let proof = sight.value else {
            throw .busy(retryAfterSeconds: 1, "no checkpoint covers this entry yet")
        }
        return .text(Array(proof.encoded.utf8), mediaType: "text/plain; charset=utf-8", at: sight.index)
    }

    /// The entry that the path names, if the caller reaches it.
    private func find<Value: Sendable>(
        _ call: Call,
        _ body: (AuditItem, AuditViewer) throws -> Value,
    ) async throws(Refusal) -> Sight<Value> {
        let name = call.path["entry"]
        let instance = admin.instance
        return try await call.read(for: ForeignText.clipped(Array(name.utf8), maxBytes: 64)) { reader, judge in
            let index = try Self.index(name) ?? reader.index(ofEntry: name)
            let size = try call.position.map { $0 + 1 } ?? reader.size
            guard let index, index < size, let item = try instance.auditItem(at: index), item.isNamed(name)
            else { throw Rejection.notFound("entry") }
            try judge.require(item.chain)
            return try body(item, AuditViewer(judge))
        }
    }

    /// A number as it is written plainly; anything else is a name.
    private static func index(_ text: String) -> UInt64? {
        UInt64(text).flatMap { "\($0)" == text ? $0 : nil }
    }

    /// A vocabulary: the same for every reader, so it tells nothing of what others did.
    private func words(_ name: String, _ words: [String]) -> Operation {
        let data = JSON.array(words.map(JSON.string))
        let reply = Schema.object([.init("data", .array(.string()), required: true)])
        return Operation(admin, name, replies: [.init(200, "All of them", reply)]) { (call) async throws(Refusal) in
            let sight = try await call.read { _, _ in }
            try await call.record(EntrySubject.entry(.listed), chain: call.caller.home)
            return .one(Item(data), at: sight.index)
        }
    }
}
