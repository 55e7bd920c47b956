import Endpoints
import Engine
import Identity
import Views
import Wire

/// API keys: made, told of, changed, rotated and revoked, in the other contract's words (decision 32 there).
struct APIKeyEndpoints: Sendable {
    private let admin: Admin

    init(_ admin: Admin) { self.admin = admin }

    private static let reads = Permission.reads(APIKey.self)
    private static let writes = Permission.writes(APIKey.self)
    private static let pathName = "api_key_id"
    private static let one = "/api-keys/{\(pathName)}"

    var all: [Endpoint] {
        [
            .skycloak(.get, "/api-keys", Self.reads, "List API keys, those included that were revoked", list),
            .skycloak(.post, "/api-keys", Self.writes, "Make an API key", create),
            .skycloak(.get, Self.one, Self.reads, "Read what there is to know of an API key", read),
            .skycloak(.patch, Self.one, Self.writes, "Name an API key anew, or give it other scopes", update),
            .skycloak(.delete, Self.one, Self.writes, "Revoke an API key", revoke),
            .skycloak(.post, Self.one + "/rotate", Self.writes, "Put another secret in place, at once", rotate),
        ]
    }

    private static let shown = Schema.named(APIKeyJSON.name)
    private static let minted = Schema.named(APIKeyJSON.mintedName)

    private var list: Operation {
        let workspace = Endpoint.Parameter(
            "workspace_id",
            in: .query,
            "Those of a partner and of its tenants, or of a tenant",
            .string(maxLength: 68)
        )
        return Operation(
            admin,
            "api_keys.list",
            on: .skycloak,
            parameters: [.limit, .offset, .order, workspace],
            replies: [.init(200, "In the order of their making", .array(Self.shown))],
            run: showList
        )
    }

    private var create: Operation {
        Operation(
            admin,
            "api_keys.create",
            on: .skycloak,
            body: .required(APIKeyJSON.createBody),
            replies: [.init(201, "Made", Self.minted)],
            isBrief: true,
            run: mint
        )
    }

    private var read: Operation {
        Operation(
            admin,
            "api_keys.read",
            on: .skycloak,
            replies: [.init(200, "Found", Self.shown)],
            isBrief: true,
            run: show
        )
    }

    private var update: Operation {
        Operation(
            admin,
            "api_keys.update",
            on: .skycloak,
            body: .required(APIKeyJSON.updateBody),
            replies: [.init(200, "Changed", Self.shown)],
            isBrief: true,
            run: change
        )
    }

    private var revoke: Operation {
        Operation(admin, "api_keys.revoke", on: .skycloak, replies: [.init(204, "Revoked")], run: end)
    }

    private var rotate: Operation {
        Operation(
            admin,
            "api_keys.rotate",
            on: .skycloak,
            body: .optional(.object([])),
            replies: [.init(200, "The same key with its new secret", Self.minted)],
            run: replace
        )
    }

    private func showList(_ call: Call) async throws(Refusal) -> Answer {
        let limit = Int(call.query.number("limit") ?? 25)
        let offset = Int(call.query.number("offset") ?? 0)
        let isDescending = call.query.text("order") == "desc"
        let workspace = try call.query.text("workspace_id").map(Self.workspace)
        let now = call.time ?? admin.instance.world.wall()
        let sight = try await call.read { reader, judge in
            var query = ListQuery(try Self.places(workspace, reader, judge))
            (query.skipped, query.perPage) = (0, 0)
            let total = try reader.list(APIKey.self, query).total
            // Their order is that of making: what is last in the one direction is first in the other.
            let left = max(0, total - offset)
            query.skipped = isDescending ? max(0, left - limit) : offset
            query.perPage = min(limit, left)
            let keys = try query.perPage == 0 ? [] : reader.list(APIKey.self, query).items
            let shown = try (isDescending ? keys.reversed() : keys).map { key in
                APIKeyJSON.json(key, try reader.lastUse(of: key), now)
            }
            return (shown, total, workspace ?? judge.authority.places.first)
        }
        let (keys, total, chain) = sight.value
        try await call.record(APIKey.entry(.listed), chain: chain ?? call.caller.home)
        let part = ListPart(limit, from: offset, total: total, asOf: call.position ?? sight.index)
        return .list(keys.map { Item($0) }, part, of: APIKeyJSON.columns, at: sight.index)
    }

    private func mint(_ call: Call) async throws(Refusal) -> Answer {
        let (workspace, changes) = try Self.wish(call.body)
        let world = admin.instance.world
        let text = APIKeyText(random: world.random)
        let new = APIKey.New(
            id: APIKeyID(random: world.random(APIKeyID.randomBytes)),
            beginning: text.beginning,
            secret: newSecret(text)
        )
        let change = Change<APIKey>(new.id) { context in
            try APIKey.mint(
                changes,
                as: new,
                in: workspace,
                now: context.wall,
                by: context.authority,
                facts: context.facts
            )
        }
        let now = world.wall()
        return try await call.write(change) { key, index in
            .one(Self.item(text, key, now), isNew: true, at: index)
        }
    }

    private func show(_ call: Call) async throws(Refusal) -> Answer {
        let id = try call.id(Self.pathName, of: APIKey.self)
        let now = call.time ?? admin.instance.world.wall()
        let sight = try await call.read(for: id.text) { reader, judge in
            let key = try reader.living(id)
            guard try judge.sees(key) else { throw Rejection.notFound(APIKey.noun) }
            return (key.place, APIKeyJSON.json(key, try reader.lastUse(of: key), now))
        }
        try await call.record(APIKey.entry(.read), chain: sight.value.0, stream: id.text)
        return .one(Item(sight.value.1), at: sight.index)
    }

    private func change(_ call: Call) async throws(Refusal) -> Answer {
        let changes = try call.changes(of: APIKey.self, for: .update)
        let id = try call.id(Self.pathName, of: APIKey.self)
        let instance = admin.instance
        let lastUse = try instance.attempt(for: call.caller) {
            try instance.read { reader in try reader.resource(id).flatMap { try reader.lastUse(of: $0) } }
        }
        let change = Change<APIKey>(id) { context in
            try APIKey.update(id, changes, now: context.wall, by: context.authority, facts: context.facts)
        }
        let now = instance.world.wall()
        return try await call.write(change) { key, index in
            .one(Item(APIKeyJSON.json(key, lastUse, now)), at: index)
        }
    }

    private func end(_ call: Call) async throws(Refusal) -> Answer {
        let id = try call.id(Self.pathName, of: APIKey.self)
        let change = Change<APIKey>(id) { context in
            try APIKey.revoke(id, now: context.wall, by: context.authority, facts: context.facts)
        }
        return try await call.write(change) { _, index in .done(at: index) }
    }

    private func replace(_ call: Call) async throws(Refusal) -> Answer {
        if let name = call.body.first(where: { _ in true })?.name {
            throw .rejected(.invalid(name, "Extra inputs are not permitted", "extra_forbidden"))
        }
        let id = try call.id(Self.pathName, of: APIKey.self)
        let instance = admin.instance
        // What it begins with never changes; where there is no such key, the decision says so.
        let beginning = try instance.attempt(for: call.caller) {
            try instance.read { try $0.resource(id)?.state.beginning }
        }
        let text = APIKeyText(beginning: beginning, random: instance.world.random)
        let secret = newSecret(text)
        let change = Change<APIKey>(id) { context in
            try APIKey.rotate(id, to: secret, now: context.wall, by: context.authority, facts: context.facts)
        }
        let now = instance.world.wall()
        return try await call.write(change) { key, index in .one(Self.item(text, key, now), at: index) }
    }

    private func newSecret(_ text: APIKeyText) -> Secret.New {
        text.secret(
            SecretID(random: admin.instance.world.random(SecretID.randomBytes)),
            macKey: admin.instance.macKey
        )
    }

    private static func item(_ text: APIKeyText, _ key: Versioned<APIKey>, _ now: Instant) -> Item {
        Item(["full_key": .string(text.text), "api_key": APIKeyJSON.json(key, nil, now)])
    }

    /// Where a new one is to stand, nil where that is not said, and what it is to be.
    private static func wish(_ body: Members) throws(Refusal) -> (workspace: Place?, changes: Changes<APIKey>) {
        let named = body["workspace_id"].flatMap { $0 == .null ? nil : $0 }
        let rest = Members(distinct: body.entries.filter { $0.name != "workspace_id" })
        let changes: Changes<APIKey>
        do throws(Rejection) {
            changes = try Changes(rest, for: .create)
        } catch {
            throw .rejected(error)
        }
        guard let named else { return (nil, changes) }
        guard let text = named.text else {
            throw .rejected(.invalid("workspace_id", "Input should be a string", "string_type"))
        }
        return (try workspace(text), changes)
    }

    /// A text that names no place is none of those that there are.
    private static func workspace(_ text: String) throws(Refusal) -> Place {
        guard let place = Place(text) else { throw .rejected(.notFound("workspace")) }
        return place
    }

    /// The workspaces whose keys are told of: those that the caller reaches, or the one that is named, with all below.
    private static func places(
        _ workspace: Place?,
        _ reader: ViewSnapshot,
        _ judge: Judge,
    ) throws -> [PlaceSince] {
        if let workspace {
            guard try judge.head.lives(workspace), try judge.authority.reaches(workspace, judge.head) else {
                throw Rejection.notFound("workspace")
            }
        }
        var places: [PlaceSince] = []
        for base in workspace.map({ [$0] }) ?? judge.authority.places {
            let below = try reader.places(in: base, at: APIKey.standsIn)
            guard below.isWhole else {
                let message = "This is a list over more than \(ViewSnapshot.placesMax) workspaces: name one of them"
                throw Rejection.invalid([Query.issue("workspace_id", message, "value_error")])
            }
            places += try below.places.filter { try judge.authority.reaches($0.place, judge.head) }
        }
        return places
    }
}
