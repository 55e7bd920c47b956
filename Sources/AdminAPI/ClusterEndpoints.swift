import Endpoints
import Engine
import Identity
import Views
import Wire

/// Tenants as the clusters of a workspace: the same things in the other contract's words (decision 43 there).
struct ClusterEndpoints: Sendable {
    private let admin: Admin

    init(_ admin: Admin) { self.admin = admin }

    static let schemaName = "Cluster"
    static let schema = Schema.object([
        .init("id", identifierSchema(Tenant.prefix), "The tenant's", required: true),
        .init("name", .string(), required: true),
        .init("status", .choice([available, stopped]), "stopped is suspended", required: true),
        .init("url", .string(format: "uri"), "The tenant's issuer", required: true),
        .init("created_at", .time, required: true), .init("updated_at", .time, required: true),
    ])

    private static let available = "available"
    private static let stopped = "stopped"
    private static let columns = ["id", "name", "status", "url", "created_at", "updated_at"]
    private static let pathName = "cluster_id"
    private static let one = "/clusters/{\(pathName)}"
    /// The list comes whole, so it has a bound: a workspace with more reads its tenants page by page.
    private static let listedMax = 10_000
    private static let shown = Schema.named(schemaName)

    var all: [Endpoint] {
        [
            .skycloak(.get, "/clusters", .readsClusters, "List clusters: the tenants of a workspace", list),
            .skycloak(.post, "/clusters", .writesClusters, "Make a cluster: a tenant", create),
            .skycloak(.get, Self.one, .readsClusters, "Read a cluster: one tenant", read),
            .skycloak(.patch, Self.one, .writesClusters, "Name a cluster anew", update),
            .skycloak(.delete, Self.one, .writesClusters, "Delete a cluster with all that stands in it", delete),
        ]
    }

    private var list: Operation {
        Operation(
            admin,
            "clusters.list",
            on: .skycloak,
            replies: [.init(200, "All of them", .array(Self.shown))],
            run: showList
        )
    }

    private var read: Operation {
        Operation(
            admin,
            "clusters.read",
            on: .skycloak,
            replies: [.init(200, "Found", Self.shown)],
            isBrief: true,
            run: show
        )
    }

    private var create: Operation {
        Operation(
            admin,
            "clusters.create",
            on: .skycloak,
            body: .required(Self.createBody),
            replies: [.init(201, "Made", Self.shown)],
            isBrief: true,
            run: register
        )
    }

    private var update: Operation {
        Operation(
            admin,
            "clusters.update",
            on: .skycloak,
            body: .required(Self.updateBody),
            replies: [.init(200, "Changed", Self.shown)],
            isBrief: true,
            run: rename
        )
    }

    private var delete: Operation {
        Operation(admin, "clusters.delete", on: .skycloak, replies: [.init(204, "Deleted")], run: remove)
    }

    private static let createBody = Schema.object([
        .init("name", FieldKind.name.schema, required: true),
        .init("slug", FieldKind.slug.schema, "Made of the name when left out"),
        .init("partner_id", identifierSchema(Partner.prefix), "Whose, where the caller's workspace is the platform"),
    ])

    private static let updateBody = Schema.object([.init("name", FieldKind.name.schema, required: true)])

    private func register(_ call: Call) async throws(Refusal) -> Answer {
        let id = TenantID(random: admin.instance.world.random(TenantID.randomBytes))
        let body = call.body
        let change = Change<Tenant>(id, requiring: .writesClusters) { context in
            try Tenant.registerCluster(body, as: id, by: context.authority, facts: context.facts)
        }
        return try await call.write(change) { tenant, index in .one(Item(json(tenant)), isNew: true, at: index) }
    }

    private func rename(_ call: Call) async throws(Refusal) -> Answer {
        let body = call.body
        if body["name"] == nil || body.contains(where: { $0.name != "name" }) {
            throw .rejected(.invalid("name", "A name is expected, and nothing else", "value_error"))
        }
        let changes = try call.changes(of: Tenant.self, for: .update)
        let id = try Self.id(call)
        let change = Change<Tenant>(id, requiring: .writesClusters) { context in
            let current = try Tenant.cluster(id, by: context.authority, facts: context.facts)
            let authority = context.authority.overClusters
            let events = try Tenant.update(id, changes, ifVersion: nil, by: authority, facts: context.facts)
            return events.isEmpty ? [Tenant.event(.read, id, in: current.chain)] : events
        }
        return try await call.write(change) { tenant, index in .one(Item(json(tenant)), at: index) }
    }

    private func remove(_ call: Call) async throws(Refusal) -> Answer {
        let id = try Self.id(call)
        let change = Change<Tenant>(id, requiring: .writesClusters) { context in
            _ = try Tenant.cluster(id, by: context.authority, facts: context.facts)
            let authority = context.authority.overClusters
            return try Tenant.delete(id, cascade: true, ifVersion: nil, by: authority, facts: context.facts)
        }
        return try await call.write(change) { _, index in .done(at: index) }
    }

    private static func id(_ call: Call) throws(Refusal) -> TenantID {
        guard let id = TenantID(call.path[pathName]) else { throw .rejected(Tenant.noCluster) }
        return id
    }

    private func showList(_ call: Call) async throws(Refusal) -> Answer {
        let sight = try await call.read { reader, judge in
            (try Self.tenants(reader, judge), judge.authority.places.first)
        }
        let (tenants, chain) = sight.value
        try await call.record(Tenant.entry(.listed), chain: chain ?? call.caller.home)
        let part = ListPart(whole: tenants.count, asOf: call.position ?? sight.index)
        return .list(tenants.map { Item(json($0)) }, part, of: Self.columns, at: sight.index)
    }

    private func show(_ call: Call) async throws(Refusal) -> Answer {
        let id = try Self.id(call)
        let sight = try await call.read(for: id.text) { reader, judge in
            guard let tenant = try reader.resource(id), tenant.state.life == .living, try reader.lives(tenant.place),
                // The past is shown to who reaches the tenant where it stands today.
                try judge.sees(judge.head.resource(id) ?? tenant)
            else { throw Tenant.noCluster }
            return tenant
        }
        try await call.record(Tenant.entry(.read), chain: sight.value.chain, stream: id.text)
        return .one(Item(json(sight.value)), at: sight.index)
    }

    private func json(_ tenant: Versioned<Tenant>) -> JSON {
        [
            "id": .string(tenant.id.text), "name": .string(tenant.state.name),
            "status": .string(tenant.state.status == .active ? Self.available : Self.stopped),
            "url": .string(Issuer.text(of: .tenant(tenant.id), base: admin.settings.baseURL)),
            "created_at": .string(tenant.createdAt.text), "updated_at": .string(tenant.updatedAt.text),
        ]
    }

    /// Those that the caller reaches: a tenant's own is itself.
    private static func tenants(_ reader: ViewSnapshot, _ judge: Judge) throws -> [Versioned<Tenant>] {
        var places: [PlaceSince] = []
        var tenants: [Versioned<Tenant>] = []
        for base in judge.authority.places {
            if case .tenant(let id) = base {
                if let own = try reader.resource(id), own.state.life == .living { tenants.append(own) }
                continue
            }
            let below = try reader.places(in: base, at: Tenant.standsIn)
            guard below.isWhole else { throw tooMany }
            places += try below.places.filter { try judge.authority.reaches($0.place, judge.head) }
        }
        if places.isEmpty { return tenants }
        var query = ListQuery(places)
        query.perPage = listedMax
        let page = try reader.list(Tenant.self, query)
        guard page.total <= listedMax else { throw tooMany }
        return tenants + page.items
    }

    private static let tooMany = Rejection(
        .malformed,
        "too_many_clusters",
        "There are more than \(listedMax) clusters: list them at /api/v1/admin/tenants, page by page"
    )
}
