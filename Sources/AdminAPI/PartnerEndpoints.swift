import Endpoints
import Engine
import Identity

/// Partners: companies that run tenants of their own, managed by the platform.
struct PartnerEndpoints {
    private let partners: ResourceEndpoints<Partner>

    init(_ admin: Admin) { partners = ResourceEndpoints(admin: admin) }

    var all: [Endpoint] {
        [
            .get("/partners", .reads(.partners), "List partners", partners.list),
            .post("/partners", .writes(.partners), "Register a partner", partners.create),
            .get("/partners/{partner_id}", .reads(.partners), "Read a partner", partners.read),
            .patch("/partners/{partner_id}", .writes(.partners), "Change a partner", partners.update),
            .delete("/partners/{partner_id}", .writes(.partners), "Delete a partner", partners.delete),
        ]
    }
}

extension Partner: Administered {
    static var area: Scope.Area { .partners }
    static var isRead: EventType { .partnerRead }
    static var isListed: EventType { .partnerListed }
    static var filters: [String] { [] }
    static var hasChildren: Bool { true }
    static var tenantField: String? { nil }
    static func chain(of partner: Versioned<Partner>) -> Chain { .partner(partner.id) }

    static func register(
        _ changes: Changes<Partner>,
        as id: PartnerID,
        secret: Secret.New?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try register(changes, as: id, by: authority, facts: facts)
    }
}
