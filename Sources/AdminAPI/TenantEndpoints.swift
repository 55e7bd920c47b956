import Endpoints
import Engine
import Identity

/// Tenants: the platform makes and moves them, a tenant reads itself.
struct TenantEndpoints {
    private let tenants: ResourceEndpoints<Tenant>

    init(_ admin: Admin) { tenants = ResourceEndpoints(admin: admin) }

    var all: [Endpoint] {
        [
            .get("/tenants", .reads(.tenants), "List tenants", tenants.list),
            .post("/tenants", .writes(.tenants), "Register a tenant", tenants.create),
            .get("/tenants/{tenant_id}", .reads(.tenants), "Read a tenant", tenants.read),
            .patch(
                "/tenants/{tenant_id}",
                .writes(.tenants),
                "Change a tenant; another partner_id moves it to that partner",
                tenants.update
            ),
            .delete("/tenants/{tenant_id}", .writes(.tenants), "Delete a tenant", tenants.delete),
        ]
    }
}

extension Tenant: Administered {
    static var area: Scope.Area { .tenants }
    static var isRead: EventType { .tenantRead }
    static var isListed: EventType { .tenantListed }
    static var filters: [String] { ["partner_id"] }
    static var hasChildren: Bool { true }
    static var tenantField: String? { "id" }
    static func chain(of tenant: Versioned<Tenant>) -> Chain { .tenant(tenant.id) }

    static func register(
        _ changes: Changes<Tenant>,
        as id: TenantID,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try register(changes, as: id, by: authority, facts: facts)
    }
}
