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
            .get("/audit", .reads(.audit), "List what happened, the newest first", list),
            .get("/audit/actions", .reads(.audit), "List the actions there can be", actions),
            .get("/audit/resource-types", .reads(.audit), "List the types of resources there can be", resourceTypes),
            .get("/audit/{entry}", .reads(.audit), "Read one entry, by its id or index", read),
            .get("/audit/{entry}/proof", .reads(.audit), "Prove that an entry is in the ledger", proof),
        ]
    }

    private var list: Operation {
        Operation(
            admin,
            "audit.list",
            parameters: [.page, .perPage] + AuditSearch.parameters,
            replies: [.init(200, "A page", .page(of: "audit_item"))],
            run: showList
        )
    }

    private var actions: Operation { words("audit.list_actions", EventType.allCases.map(\.rawValue)) }

    private var resourceTypes: Operation { words("audit.list_resource_types", EventType.allCases.map(\.noun)) }

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

    private func showList(_ call: Call) async throws(Refusal) -> Response {
        let search = try AuditSearch(call.query)
        let (instance, authority) = (admin.instance, call.caller.authority)
        let sight = try await call.look { snapshot in
            try search.require(authority)
            let page = try search.find(in: snapshot, of: instance, by: authority)
            let items = try page.indexes.compactMap { index in
                try instance.auditItem(at: index)?.json(for: authority, opening: instance.open)
            }
            return (page, items, try search.chain(in: snapshot, by: authority))
        }
        let (page, items, chain) = sight.value
        try await call.record(.entryListed, chain: chain ?? call.caller.home)
        return .list(items, PageNote(call.query, total: page.total, isExact: page.isExact), at: sight.index)
    }

    private func show(_ call: Call) async throws(Refusal) -> Response {
        let (instance, authority) = (admin.instance, call.caller.authority)
        let sight = try await find(call) { item in
            (item.chain, item.id, try item.json(for: authority, opening: instance.open))
        }
        let (chain, id, json) = sight.value
        try await call.record(.entryRead, chain: chain, data: ["entry": .string(id)])
        return .single(200, json, at: sight.index)
    }

    /// Proofs are public mathematics about an entry that the caller may read; asking for one is not recorded.
    private func prove(_ call: Call) async throws(Refusal) -> Response {
        let instance = admin.instance
        let sight = try await find(call) { try instance.proof(of: $0.index) }
        guard let proof = sight.value else {
            return .problem(503, "No checkpoint covers this entry yet", headers: [("retry-after", "1")]).at(sight.index)
        }
        let headers = [(name: "content-type", value: "text/plain; charset=utf-8")]
        return Response(status: 200, headers: headers, body: Array(proof.encoded.utf8)).at(sight.index)
    }

    /// The entry that the path names, if the caller reaches it.
    private func find<Value: Sendable>(
        _ call: Call,
        _ body: (AuditItem) throws -> Value,
    ) async throws(Refusal) -> Sight<Value> {
        let name = call.path["entry"]
        let (instance, authority) = (admin.instance, call.caller.authority)
        return try await call.look(for: ForeignText.clipped(Array(name.utf8), maxBytes: 64)) { snapshot in
            let index = try Self.index(name) ?? snapshot.index(ofEntry: name)
            guard let index, index < (try snapshot.size), let item = try instance.auditItem(at: index),
                item.isNamed(name)
            else { throw Rejection.notFound("entry") }
            try authority.require(item.chain)
            return try body(item)
        }
    }

    /// A number as it is written plainly; anything else is a name.
    private static func index(_ text: String) -> UInt64? {
        UInt64(text).flatMap { "\($0)" == text ? $0 : nil }
    }

    /// A vocabulary: the same for every reader, so it tells nothing of what others did.
    private func words(_ name: String, _ words: [String]) -> Operation {
        var distinct: [String] = []
        for word in words where !distinct.contains(word) { distinct.append(word) }
        let data = JSON.array(distinct.sorted { $0.bytesPrecede($1) }.map(JSON.string))
        let reply = Schema.object([.init("data", .array(.string()), required: true)])
        return Operation(admin, name, replies: [.init(200, "All of them", reply)]) { (call) async throws(Refusal) in
            let sight = try await call.look { _ in }
            try await call.record(.entryListed, chain: call.caller.home)
            return .single(200, data, at: sight.index)
        }
    }
}
