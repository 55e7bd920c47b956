import Engine
import Identity
import Storage
import Testing
import Wire

// What happens on a platform: tokens, rotations, reads, refusals, and trouble.
extension Session {
    func useTokens(of platform: inout Platform) async throws {
        let door = "/api/v1/auth/tenants/widget/oauth"
        for number in 0..<6 {
            try await token(platform.global, number.isMultiple(of: 2) ? "" : "&scope=admin:read")
            try await token(platform.tenant, at: "\(door)/token")
            try await token(platform.partner, at: "/api/v1/auth/tenants/cafe/oauth/token", "&scope=tenants:read")
        }
        let leaked = try #require(try await token(platform.tenant, at: "\(door)/token", "&resource=https://api.example"))
        for _ in 0..<2 { _ = try await ask(form("\(door)/revoke", "token=\(leaked)", basic: platform.tenant)) }
        // A rotation with overlap keeps the old secret a while; the next one ends both.
        let next = try await rotateSecret(of: platform.tenant, overlapSeconds: 3_600)
        try await token(platform.tenant)
        try await token(next)
        platform.tenant = try await rotateSecret(of: next, overlapSeconds: 0)
        try await token(next)
        try await token(platform.tenant)
    }

    func replaceKeys() async throws {
        try await act("signing_keys.rotate", instance.rotation())
        let retired = try #require(instance.keyRing.members.first { $0.key.stage == .retired })
        try await act("signing_keys.revoke", instance.revocation(of: retired.id), reason: "It may have leaked")
    }

    /// Identical reads within a minute are counted; each read of the audit is an entry.
    func readAround(_ platform: Platform) async throws {
        let (tenant, partner) = (platform.tenants[0], platform.msp)
        for _ in 0..<3 {
            try await reads("tenants.read", Event(.tenantRead, chain: .tenant(tenant), stream: tenant.text))
        }
        try await reads("tenants.list", Event(.tenantListed, chain: .platform, data: ["query": "status=ACTIVE"]))
        try await reads("partners.read", Event(.partnerRead, chain: .partner(partner), stream: partner.text))
        try await reads("partners.list", Event(.partnerListed, chain: .platform))
        try await reads(
            "applications.read", Event(.applicationRead, chain: .platform, stream: platform.global.id.text))
        try await reads("applications.list", Event(.applicationListed, chain: .tenant(tenant)))
        try await reads(
            "applications.list_secrets", Event(.secretListed, chain: .platform, stream: platform.global.id.text))
        try await reads("signing_keys.list", Event(.signingKeyListed, chain: .platform))
        try await reads("audit.list", Event(.entryListed, chain: .platform))
        try await reads("audit.read", Event(.entryRead, chain: .platform, data: ["index": 3]))
        try await pass(seconds: 61)
    }

    func meetRefusals(_ platform: Platform) async throws {
        let wrong = Client(id: platform.global.id, secret: "not-the-secret")
        try await token(wrong)
        // Of strangers only sums are kept.
        let stranger = Client(id: newID(), secret: "whatever")
        for _ in 0..<5 { try await token(stranger) }
        try await token(platform.global, "&scope=admin:read+users:write")
        try await token(platform.spa, at: "/api/v1/auth/tenants/widget/oauth/token")
        try await token(platform.tenant, at: "/api/v1/auth/tenants/gadget/oauth/token")
        try await refused(
            "tenants.create",
            tenantCreation(
                ["name": "Twice", "slug": "widget", "partner_id": .string(platform.msp.text)], as: newID()),
            code: "slug_taken")
        try await refused(
            "partners.update", partnerUpdate(platform.msp, ["name": "Late"], ifVersion: 1), code: "version_moved")
        try await act("partners.update", partnerUpdate(platform.msp, ["max_tenants": 2]))
        try await refused(
            "tenants.create",
            tenantCreation(
                ["name": "Fifth", "slug": "fifth", "partner_id": .string(platform.msp.text)], as: newID()),
            code: "max_tenants_reached")
        try await actAbove(platform)
        // A suspension reaches what is below it.
        try await act("tenants.update", tenantUpdate(platform.tenants[0], ["status": "SUSPENDED"]), reason: "Unpaid")
        try await token(platform.tenant)
        try await act("tenants.update", tenantUpdate(platform.tenants[0], ["status": "ACTIVE"]))
        try await pass(seconds: 11)
    }

    /// A tenant's application tries what only the platform may.
    private func actAbove(_ platform: Platform) async throws {
        try await signIn(platform.tenant, at: "/api/v1/auth/tenants/widget/oauth/token")
        for _ in 0..<2 {
            try await refused("partners.update", partnerUpdate(platform.msp, ["name": "Mine"]), code: "access_denied")
        }
        let own = try await createApplication([
            "name": "Worker", "application_type": "SERVICE", "scope": "TENANT",
            "tenant_id": .string(platform.tenants[0].text), "allowed_scopes": ["orders:read"],
        ])
        try await token(own)
        try await signIn(Client(id: ground.founded.client, secret: ground.founded.clientSecret))
    }

    /// A command that breaks a rule of ours, a clock that is set, a disk that is full, a password that is lost.
    func meetTrouble() async throws {
        await #expect(throws: Refusal.failed) { try await self.act("tenants.update", BrokenCommand()) }
        try await settle()
        ground.clock.stepWall(microseconds: 5_000_000)
        try await settle()
        ground.clock.stepWall(microseconds: -5_000_000)
        try await settle()
        try await fillDisk()
        let service = Client(id: ground.founded.client, secret: ground.founded.clientSecret)
        #expect(try await token(service) == nil)
        let user = ground.founded.administrator
        let recovery = Change<User>(user) {
            try User.recover(user, passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", facts: $0.facts)
        }
        _ = try await instance.perform(recovery, by: .system)
        try await pass(seconds: 86_400)
    }
}

/// A command whose rules are broken.
private struct BrokenCommand: Command {
    struct Broken: Error {}

    func decide(_ room: Room) throws -> [Event] { throw Broken() }
    func output(_ room: Room) throws {}
}
