import Endpoints
import Engine
import Identity
import Views
import Wire

/// Who could do what at a moment, from both ends: what an actor could do, and who could do something.
struct AccessEndpoints: Sendable {
    private let admin: Admin

    init(_ admin: Admin) { self.admin = admin }

    var all: [Endpoint] {
        [
            .get("/users/{user_id}/access", .readsAudit, "Tell what a person could do, and what gave it", ofUser),
            .get("/access", .readsAudit, "List who could do something at a place, and what gave it", ofScope),
        ]
    }

    private var ofUser: Operation {
        operation("users.access") { (call) async throws(Refusal) in
            try await show(call, User.self) { reader, user in try reader.access(of: user) }
        }
    }

    /// That of a kind of clients.
    func of<R: OAuthClient>(_ kind: R.Type) -> Endpoint {
        let operation = operation(ManagedEndpoints<R>.name("access")) { (call) async throws(Refusal) in
            let moment = call.time ?? admin.instance.world.wall()
            return try await show(call, kind) { reader, client in try reader.access(of: client, at: moment) }
        }
        let summary = "Tell what \(ManagedEndpoints<R>.aWord) could do, and what gave it"
        return .get("\(ManagedEndpoints<R>.one)/access", .readsAudit, summary, operation)
    }

    private func operation(_ name: String, run: @escaping Operation.Run) -> Operation {
        Operation(admin, name, replies: [.init(200, "What it could do", .data("actor_access")), .absent], run: run)
    }

    private func show<R: ManagedResource>(
        _ call: Call,
        _ kind: R.Type,
        _ find: @Sendable (ViewSnapshot, Versioned<R>) throws -> ActorAccess,
    ) async throws(Refusal) -> Answer {
        let id = try call.id(R.noun + "_id", of: R.self)
        let sight = try await call.read(for: id.text) { reader, judge in
            guard let present = try judge.head.resource(id) else { throw Rejection.notFound(R.noun) }
            try judge.require(of: present)
            guard let resource = try reader.resource(id) else { throw Rejection.notFound(R.noun) }
            return (present.chain, AccessJSON.json(try find(reader, resource), of: resource))
        }
        let (chain, json) = sight.value
        try await call.record(AccessSubject.entry(.read), chain: chain, stream: id.text)
        return .one(Item(json), at: sight.index)
    }

    private static let scopeName = Endpoint.Parameter(
        "scope_name",
        in: .query,
        "The scope that names what could be done",
        .string(minLength: 1, maxLength: FieldKind.scopeCharactersMax),
        required: true
    )

    private static let scope = Endpoint.Parameter(
        "scope",
        in: .query,
        "Where: platform, or the id of a partner, a tenant or what stands in one",
        .string(maxLength: 68),
        required: true
    )

    private var ofScope: Operation {
        Operation(
            admin,
            "audit.access",
            parameters: [Self.scope, Self.scopeName, .page, .perPage],
            replies: .page("A page, the nearest first", of: "scope_holder") + [.absent],
            run: showHolders
        )
    }

    private func showHolders(_ call: Call) async throws(Refusal) -> Answer {
        let query = call.query
        guard let target = query.text("scope"), let scope = query.text("scope_name") else { throw .failed }
        if let fault = Scope.check(scope) {
            throw .rejected(.invalid([Query.issue("scope_name", fault, "value_error")]))
        }
        let sight = try await call.read(for: target) { reader, judge in
            let reached = try ReachedScope(target, by: judge)
            let found = try reader.holders(of: scope, at: reached.place(in: reader))
            let items = try found.holders.page(query.page, of: query.perPage).map { holder in
                // Who acts from above is known below by kind and home alone.
                let isNamed = try judge.authority.reaches(holder.place, judge.head)
                return AccessJSON.json(holder, isNamed: isNamed, index: try reader.index(of: holder))
            }
            return (try reached.chain(by: judge), items, found.holders.count, found.isWhole)
        }
        let (chain, items, total, isWhole) = sight.value
        try await call.record(AccessSubject.entry(.listed), chain: chain)
        let part = ListPart(query, total: total, isExact: isWhole, asOf: call.position ?? sight.index)
        return .list(items.map { Item($0) }, part, of: AccessJSON.columns, at: sight.index)
    }

    static let schemas =
        Schema.envelopes("actor_access", AccessJSON.actorSchema)
        + Schema.envelopes("scope_holder", AccessJSON.holderSchema)
}
