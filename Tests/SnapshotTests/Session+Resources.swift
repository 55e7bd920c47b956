import Engine
import Identity
import Wire

// Making and changing what is managed, by the decisions that the admin API performs.
extension Session {
    func createPartner(
        _ body: Members, reason: String? = nil, idempotencyKey: String? = nil,
    ) async throws -> PartnerID {
        let changes = try Changes<Partner>(body, for: .create)
        let id = newID(Partner.self)
        let idempotency = idempotencyKey.map {
            Idempotency(
                rawKey: Array($0.utf8), method: "POST", path: "/api/v1/admin/partners",
                body: JSON.object(body).compact, macKey: instance.macKey)
        }
        let command = Change<Partner>(id) {
            try Partner.register(changes, as: id, by: $0.caller.authority, facts: $0.facts)
        }
        try await act("partners.create", command, reason: reason, idempotency: idempotency)
        return id
    }

    func partnerUpdate(_ id: PartnerID, _ body: Members, ifVersion: UInt64? = nil) throws -> Change<Partner> {
        let changes = try Changes<Partner>(body, for: .update)
        return Change(id) {
            try Partner.update(id, changes, ifVersion: ifVersion, by: $0.caller.authority, facts: $0.facts)
        }
    }

    func tenantCreation(_ body: Members, as id: TenantID) throws -> Change<Tenant> {
        let changes = try Changes<Tenant>(body, for: .create)
        return Change(id) { try Tenant.register(changes, as: id, by: $0.caller.authority, facts: $0.facts) }
    }

    func createTenant(_ body: Members, reason: String? = nil) async throws -> TenantID {
        let id = newID(Tenant.self)
        try await act("tenants.create", tenantCreation(body, as: id), reason: reason)
        return id
    }

    func tenantUpdate(_ id: TenantID, _ body: Members, ifVersion: UInt64? = nil) throws -> Change<Tenant> {
        let changes = try Changes<Tenant>(body, for: .update)
        return Change(id) {
            try Tenant.update(id, changes, ifVersion: ifVersion, by: $0.caller.authority, facts: $0.facts)
        }
    }

    func applicationCreation(_ body: Members, as id: ApplicationID, _ secret: ClientSecret) throws -> Change<Application> {
        let changes = try Changes<Application>(body, for: .create)
        return Change(id) {
            try Application.register(changes, as: id, secret: secret.new, by: $0.caller.authority, facts: $0.facts)
        }
    }

    func newSecret() -> ClientSecret { ClientSecret(random: instance.world.random, macKey: instance.macKey) }

    func createApplication(_ body: Members) async throws -> Client {
        let (id, secret) = (newID(Application.self), newSecret())
        try await act("applications.create", applicationCreation(body, as: id, secret))
        return Client(id: id, secret: secret.text)
    }

    func updateApplication(_ id: ApplicationID, _ body: Members) async throws {
        let changes = try Changes<Application>(body, for: .update)
        let command = Change<Application>(id) {
            try Application.update(id, changes, ifVersion: nil, by: $0.caller.authority, facts: $0.facts)
        }
        try await act("applications.update", command)
    }

    func rotateSecret(of client: Client, overlapSeconds: Int64) async throws -> Client {
        let secret = newSecret()
        try await act(
            "applications.rotate_secret",
            RotateSecret(application: client.id, secret: secret, overlapSeconds: overlapSeconds))
        return Client(id: client.id, secret: secret.text)
    }
}
