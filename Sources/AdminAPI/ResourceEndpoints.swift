import Endpoints
import Engine
import EventLog
import Identity
import Views
import Wire

/// The five things that are done with every resource, written once.
struct ResourceEndpoints<R: Administered>: Sendable {
    let admin: Admin

    /// The stable names in entries use a word's own letters only.
    private func name(_ verb: String) -> String { R.area.rawValue.replacing("-", with: "_") + "." + verb }

    private static var pathName: String { R.noun + "_id" }

    var list: Operation {
        Operation(
            admin,
            name("list"),
            parameters: [.page, .perPage] + ListFilters<R>.parameters,
            replies: [.init(200, "A page", .page(of: R.noun))],
            run: showList
        )
    }

    var create: Operation {
        Operation(
            admin,
            name("create"),
            body: .required(.named(SchemaName.create(R.noun))),
            replies: [.init(201, "Created", .data(R.noun)), .absent, .conflict],
            isBrief: true,
            run: register
        )
    }

    var read: Operation {
        Operation(
            admin,
            name("read"),
            replies: [.init(200, "Found", .data(R.noun)), .absent],
            isBrief: true,
            run: show
        )
    }

    var update: Operation {
        Operation(
            admin,
            name("update"),
            body: .required(.named(SchemaName.update(R.noun))),
            replies: [.init(200, "Changed", .data(R.noun)), .absent, .conflict, .moved],
            isBrief: true,
            run: change
        )
    }

    var delete: Operation {
        Operation(
            admin,
            name("delete"),
            parameters: R.hasChildren ? [.cascade] : [],
            replies: [.init(204, "Deleted"), .absent, .conflict, .moved],
            run: remove
        )
    }

    private func showList(_ call: Call) async throws(Refusal) -> Response {
        let filters = try ListFilters<R>(call.query)
        let authority = call.caller.authority
        let sight = try await call.look { snapshot in
            try filters.require(authority)
            return (try filters.find(in: snapshot, by: authority), try filters.chain(in: snapshot, by: authority))
        }
        let (found, chain) = sight.value
        let page = PageNote(call.query, total: found.total, isExact: found.isExact)
        let answer = try admin.instance.attempt(for: call.caller) {
            try Response.list(found.items, page, at: sight.index, admin.write)
        }
        try await call.record(R.isListed, chain: chain ?? call.caller.home)
        return answer
    }

    private func register(_ call: Call) async throws(Refusal) -> Response {
        let changes = try call.changes(of: R.self, for: .create)
        let id = Identifier<R>(random: admin.instance.world.random(Identifier<R>.randomBytes))
        let secret = R.comesWithSecret(changes) ? admin.newSecret() : nil
        let change = Change<R>(id) { room in
            try R.register(changes, as: id, secret: secret?.new, by: room.caller.authority, facts: room.facts)
        }
        return try await call.post(change) { made, index in
            .single(201, version: made.version, at: index) { out in
                // Its segments are not on disk yet; what they hold came with the request.
                ResourceJSON(made, secret: secret).write(to: &out) { field, _ in changes[field] ?? .null }
            }
        }
    }

    private func show(_ call: Call) async throws(Refusal) -> Response {
        let id = try call.id(Self.pathName, of: R.self)
        let authority = call.caller.authority
        let sight = try await call.look(for: id.text) { snapshot in
            let resource = try snapshot.living(id)
            try authority.require(R.chain(of: resource))
            return resource
        }
        let answer = try admin.single(sight, for: call.caller)
        try await call.record(R.isRead, chain: R.chain(of: sight.value), stream: id.text)
        return answer
    }

    private func change(_ call: Call) async throws(Refusal) -> Response {
        // The body before what the path names (decision 25 of the contract): 422 where both mean nothing.
        let changes = try call.changes(of: R.self, for: .update)
        let id = try call.id(Self.pathName, of: R.self)
        let ifMatch = call.ifMatch
        let sight = try await call.change(
            Change<R>(id) { room in
                let current = try room.facts.current(id)
                let events = try R.update(
                    id,
                    changes,
                    ifVersion: ifMatch.expected(at: current?.version),
                    by: room.caller.authority,
                    facts: room.facts
                )
                guard events.isEmpty, let current else { return events }
                // Nothing changes, but the answer tells how it stands: that is a read.
                return [Event(R.isRead, chain: R.chain(of: current), stream: id.text)]
            }
        )
        return try admin.single(sight, for: call.caller)
    }

    private func remove(_ call: Call) async throws(Refusal) -> Response {
        let id = try call.id(Self.pathName, of: R.self)
        let cascade = call.query.flag("cascade") ?? false
        let ifMatch = call.ifMatch
        let sight = try await call.change(
            Change<R>(id, isBulk: cascade) { room in
                let version = try room.facts.current(id)?.version
                return try R.delete(
                    id,
                    cascade: cascade,
                    ifVersion: ifMatch.expected(at: version),
                    by: room.caller.authority,
                    facts: room.facts
                )
            }
        )
        return .deleted(at: sight.index)
    }
}
