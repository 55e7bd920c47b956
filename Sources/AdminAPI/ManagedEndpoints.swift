import Endpoints
import Engine
import EventLog
import Identity
import Views
import Wire

/// The five things that are done with every resource that administrators manage, written once.
struct ManagedEndpoints<R: ManagedResource>: Sendable {
    let admin: Admin

    /// The path of all of them: `/tenants`.
    private static var collection: String { "/" + R.area.word }
    static var pathName: String { R.noun + "_id" }
    static var one: String { "\(collection)/{\(pathName)}" }
    private static var words: String { R.noun.replacing("_", with: " ") }
    static var aWord: String { ("aeiou".contains(R.noun.prefix(1)) ? "an " : "a ") + words }

    var all: [Endpoint] {
        [
            .get(Self.collection, .reads(R.self), "List \(R.area.word.replacing("-", with: " "))", list),
            .post(Self.collection, .writes(R.self), "Register \(Self.aWord)", create),
            .get(Self.one, .reads(R.self), "Read \(Self.aWord)", read),
            .patch(Self.one, .writes(R.self), "Change \(Self.aWord)" + (R.alsoChanges.map { "; " + $0 } ?? ""), update),
            .delete(Self.one, .writes(R.self), "Delete \(Self.aWord)", delete),
        ]
    }

    /// The stable names in entries use a word's own letters only.
    static func name(_ verb: String) -> String { R.area.word.replacing("-", with: "_") + "." + verb }

    private var list: Operation {
        Operation(
            admin,
            Self.name("list"),
            parameters: [.page, .perPage] + ListRequest<R>.parameters,
            replies: .page("A page", of: R.noun),
            run: showList
        )
    }

    private var create: Operation {
        Operation(
            admin,
            Self.name("create"),
            body: .required(.named(SchemaName.create(R.noun))),
            replies: [.init(201, "Created", .data(R.noun)), .absent, .conflict],
            isBrief: true,
            run: register
        )
    }

    private var read: Operation {
        Operation(
            admin,
            Self.name("read"),
            parameters: [.ifNoneMatch],
            replies: [.init(200, "Found", .data(R.noun)), .notModified, .absent],
            isBrief: true,
            run: show
        )
    }

    private var update: Operation {
        Operation(
            admin,
            Self.name("update"),
            body: .required(.named(SchemaName.update(R.noun))),
            replies: [.init(200, "Changed", .data(R.noun)), .absent, .conflict, .moved],
            isBrief: true,
            run: change
        )
    }

    private var delete: Operation {
        Operation(
            admin,
            Self.name("delete"),
            parameters: R.isPlace == nil ? [] : [.cascade],
            replies: [.init(204, "Deleted"), .absent, .conflict, .moved],
            run: remove
        )
    }

    private func showList(_ call: Call) async throws(Refusal) -> Answer {
        let request = try ListRequest<R>(call.query)
        let (admin, instance) = (admin, admin.instance)
        let sight = try await call.read { reader, judge in
            let found = try request.find(in: reader, by: judge, opening: instance.open)
            let seesAll = judge.authority.reachesPlatform
            let items = try found.items.map { resource in
                admin.item(Shown(resource, isWhole: try seesAll || judge.sees(resource)))
            }
            return (items, found.total, found.isExact, try request.chain(by: judge))
        }
        let (items, total, isExact, chain) = sight.value
        let page = ListPart(call.query, total: total, isExact: isExact, asOf: call.position ?? sight.index)
        try await call.record(R.entry(.listed), chain: chain ?? call.caller.home)
        return .list(items, page, of: R.columns, at: sight.index)
    }

    private func register(_ call: Call) async throws(Refusal) -> Answer {
        let changes = try call.changes(of: R.self, for: .create)
        let id = Identifier<R>(random: admin.instance.world.random(Identifier<R>.randomBytes))
        let secret = R.comesWithSecret(changes) ? admin.newSecret() : nil
        let change = Change<R>(id) { context in
            try R.register(changes, as: id, secret: secret?.new, by: context.authority, facts: context.facts)
        }
        return try await call.write(change) { made, index in
            let item = Item { out in
                // Its segments are not on disk yet; what they hold came with the request.
                ResourceJSON(made, secret: secret).write(to: &out) { field, _ in changes[named: field] ?? .null }
            }
            return .one(item, version: made.version, isNew: true, at: index)
        }
    }

    private func show(_ call: Call) async throws(Refusal) -> Answer {
        let id = try call.id(Self.pathName, of: R.self)
        let sight = try await call.read(for: id.text) { reader, judge in
            let resource = try reader.living(id)
            // The past is shown to who reaches the resource where it stands today.
            let present = try judge.head.resource(id) ?? resource
            let isWhole = try judge.sees(present)
            guard try isWhole || !R.shownBelow.isEmpty && judge.isBelow(present.place) else {
                throw Rejection.accessDenied
            }
            return Shown(resource, isWhole: isWhole)
        }
        try await call.record(R.entry(.read), chain: sight.value.resource.chain, stream: id.text)
        return admin.answer(sight.value, at: sight.index)
    }

    private func change(_ call: Call) async throws(Refusal) -> Answer {
        // The body before what the path names (decision 25 of the contract): 422 where both mean nothing.
        let changes = try call.changes(of: R.self, for: .update)
        let id = try call.id(Self.pathName, of: R.self)
        let conditions = call.conditions
        let opened = try admin.openedValues(of: id, for: changes)
        let change = Change<R>(id) { context in
            let current = try context.facts.resource(id)
            let events = try R.update(
                id,
                opened.map { changes.leavingOut($0, of: current?.state) } ?? changes,
                ifVersion: conditions.expected(at: current?.version),
                by: context.authority,
                facts: context.facts
            )
            guard events.isEmpty, let current else { return events }
            // Nothing changes, but the answer tells how it stands: that is a read.
            return [R.event(.read, id, in: current.chain)]
        }
        return try await call.write(change) { [admin] in admin.answer(Shown($0), at: $1) }
    }

    private func remove(_ call: Call) async throws(Refusal) -> Answer {
        let id = try call.id(Self.pathName, of: R.self)
        let cascade = call.query.flag("cascade") ?? false
        let conditions = call.conditions
        let deletion = Change<R>(id) { context in
            let version = try context.facts.resource(id)?.version
            return try R.delete(
                id,
                cascade: cascade,
                ifVersion: conditions.expected(at: version),
                by: context.authority,
                facts: context.facts
            )
        }
        return try await call.write(deletion) { _, index in .done(at: index) }
    }
}

/// The endpoints of every kind that is managed.
struct ManagedKinds: KindVisitor {
    let admin: Admin

    func visit<R: Resource>(_ kind: R.Type) -> [Endpoint] { [] }

    // Compiled for each of the kinds that there is much of: a generic function that is reached from another target is
    // not specialised by itself.
    @specialized(where R == Partner)
    @specialized(where R == Tenant)
    @specialized(where R == Application)
    @specialized(where R == User)
    @specialized(where R == Group)
    func visit<R: ManagedResource>(managed kind: R.Type) -> [Endpoint] {
        ManagedEndpoints<R>(admin: admin).all + HistoryEndpoints<R>(admin: admin).all
    }

    func visit<R: OAuthClient>(client kind: R.Type) -> [Endpoint] {
        let all = visit(managed: kind) + SecretEndpoints<R>(admin: admin).all + [AccessEndpoints(admin).of(kind)]
        // What another contract writes is shown here, and no more.
        if R.isWrittenElsewhere { return all.filter { $0.method == .get } }
        return all + (R.pathAlias.map { alias in all.map { $0.at(alias, insteadOf: R.area.word) } } ?? [])
    }
}
