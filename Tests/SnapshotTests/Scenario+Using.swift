import Endpoints
import Engine
import Identity
import Testing
import Wire

// What happens on a platform: tokens, rotations, reads, refusals, and trouble.
extension Session {
    func useTokens(of platform: inout Platform) async throws {
        let tenantPath = "/api/v1/auth/tenants/widget/oauth"
        for number in 0..<6 {
            try await token(platform.global, number.isMultiple(of: 2) ? "" : "&scope=admin:read")
            try await token(platform.tenant, at: "\(tenantPath)/token")
            try await token(platform.partner, at: "/api/v1/auth/tenants/cafe/oauth/token", "&scope=tenants:read")
        }
        let leaked = try #require(
            try await token(platform.tenant, at: "\(tenantPath)/token", "&resource=https://api.example")
        )
        for _ in 0..<2 { _ = try await ask(form("\(tenantPath)/revoke", "token=\(leaked)", basic: platform.tenant)) }
        // A rotation with overlap keeps the old secret a while; the next one ends both.
        let next = try await rotateSecret(of: platform.tenant, overlapSeconds: 3_600)
        try await token(platform.tenant)
        try await token(next)
        platform.tenant = try await rotateSecret(of: next, overlapSeconds: 0)
        try await token(next)
        try await token(platform.tenant)
    }

    func replaceKeys() async throws {
        try await admin(.post, "/signing-keys/rotate")
        let retired = try #require(instance.keyRing.members.first { $0.key.stage == .retired })
        try await admin(.post, "/signing-keys/\(retired.id)/revoke", reason: "It%20may%20have%20leaked")
        // The token that did it was signed with that key, so it is over too.
        try await admin(.get, "/signing-keys", status: 401)
        try await signIn(ground.service)
    }

    /// Identical reads within a minute are counted; each read of the audit is an entry.
    func readAround(_ platform: Platform) async throws {
        for _ in 0..<3 { try await admin(.get, "/tenants/\(platform.tenants[0])") }
        try await admin(.get, "/tenants", query: "status=ACTIVE&per_page=10")
        try await admin(.get, "/partners/\(platform.msp)")
        try await admin(.get, "/partners")
        try await admin(.get, "/applications/\(platform.global.id)")
        try await admin(.get, "/applications", query: "tenant_id=\(platform.tenants[0])")
        try await admin(.get, "/applications/\(platform.global.id)/secrets")
        try await admin(.get, "/signing-keys")
        try await admin(.get, "/audit", query: "per_page=1")
        try await admin(.get, "/audit/3")
        try await pass(seconds: 61)
    }

    /// What has become of it all, and who could do what.
    func readPast(at platform: Platform) async throws {
        try await admin(.get, "/applications/\(platform.global.id)/history", query: "related=true")
        try await admin(.get, "/applications/\(platform.global.id)/access")
        try await admin(.get, "/access", query: "scope=platform&scope_name=admin:write")
        try await admin(.get, "/diff", query: "scope=platform&from=3")
    }

    /// An API key from its making to its end, by the contract's own paths.
    func liveAKey(in tenant: String) async throws {
        let version = [(name: "api-version", value: "2026-06-01.beta")]
        let key: JSON = [
            "name": "Importer", "scopes": ["users:read", "groups:write"], "workspace_id": .string(tenant),
            "expires_at": "2099-01-01T00:00:00Z",
        ]
        let made = try await call(.post, "/api-keys", key, headers: version, status: 201)
        let path = "/api-keys/\(try #require(made["api_key"]?["id"]?.text))"
        try await call(.patch, path, ["scopes": ["users:read"]], reason: "Less%20is%20enough", headers: version)
        try await call(.get, path, headers: version)
        try await call(.get, "/api-keys", query: "workspace_id=\(tenant)", headers: version)
        try await call(.post, "\(path)/rotate", headers: version)
        try await call(.delete, path, reason: "No%20longer%20needed", headers: version, status: 204)
    }

    func meetRefusals(_ platform: Platform) async throws {
        try await token(Client(id: platform.global.id, secret: "not-the-secret"))
        // Of strangers only sums are kept.
        for _ in 0..<5 { try await token(Client(id: "app_stranger", secret: "whatever")) }
        try await token(platform.global, "&scope=admin:read+users:write")
        try await token(platform.spa, at: "/api/v1/auth/tenants/widget/oauth/token")
        try await token(platform.tenant, at: "/api/v1/auth/tenants/gadget/oauth/token")
        let tenant: (String, String) -> JSON = { name, slug in
            ["name": .string(name), "slug": .string(slug), "partner_id": .string(platform.msp)]
        }
        try await admin(.post, "/tenants", tenant("Twice", "widget"), status: 409)
        let stale = [(name: "if-match", value: "\"1\"")]
        try await admin(.patch, "/partners/\(platform.msp)", ["name": "Late"], headers: stale, status: 412)
        try await admin(.patch, "/partners/\(platform.msp)", ["max_tenants": 2])
        try await admin(.post, "/tenants", tenant("Fifth", "fifth"), status: 409)
        try await actAbove(platform)
        // A suspension reaches what is below it.
        try await admin(.patch, "/tenants/\(platform.tenants[0])", ["status": "SUSPENDED"], reason: "Unpaid")
        try await token(platform.tenant)
        try await admin(.patch, "/tenants/\(platform.tenants[0])", ["status": "ACTIVE"])
        try await pass(seconds: 11)
    }

    /// A tenant's application tries what only the platform may.
    private func actAbove(_ platform: Platform) async throws {
        try await signIn(platform.tenant, at: "/api/v1/auth/tenants/widget/oauth/token")
        try await admin(.patch, "/partners/\(platform.msp)", ["name": "Mine"], status: 403)
        try await admin(.get, "/tenants/\(platform.tenants[1])", status: 403)
        let own = try await createApplication([
            "name": "Worker", "application_type": "SERVICE", "scope": "TENANT",
            "tenant_id": .string(platform.tenants[0]), "allowed_scopes": ["orders:read"],
        ])
        try await token(own)
        // A token that was taken back proves nobody.
        _ = try await ask(
            form("/api/v1/auth/tenants/widget/oauth/revoke", "token=\(accessToken)", basic: platform.tenant)
        )
        try await admin(.get, "/tenants", status: 401)
        try await signIn(ground.service)
    }

    /// A command that breaks a rule of ours, a clock that is set, a disk that is full, a password that is lost.
    func meetTrouble() async throws {
        let request = Caller.Request(id: ground.nextRequestID(), endpoint: "tenants.update")
        let caller = try instance.authenticate(accessToken, baseURL: try BaseURL(Ground.baseURL), request: request)
        await #expect(throws: Refusal.failed) { try await self.instance.perform(BrokenCommand(), by: caller) }
        try await waitForWriter()
        for step in [5_000_000, -5_000_000] as [Int64] {
            ground.clock.stepWall(microseconds: step)
            try await waitForWriter()
        }
        try await fillDisk()
        #expect(try await token(ground.service) == nil)
        _ = try await instance.resetPassword(of: ground.founded.administrator)
        try await pass(seconds: 86_400)
    }
}

/// A command whose rules are broken.
private struct BrokenCommand: Command {
    struct Broken: Error {}

    var requirement: Requirement { .permission(.writes(Tenant.self)) }
    func decide(_ context: DecisionContext) throws -> Decision<Void> { throw Broken() }
}
