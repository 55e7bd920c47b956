import Identity
import Testing
import Views
import Wire

/// What becomes of each kind of resource when its entries are folded.
struct ResourceTests {
    @Test(arguments: Medium.allCases)
    func `a resource reads back as it was written, with its version and times`(medium: Medium) throws {
        let world = try World(medium)
        try world.store.read { views throws in
            let partner = try #require(try views.current(world.partner))
            #expect(partner.version == 1)
            #expect(partner.createdIndex == 0)
            #expect(partner.createdAt == Instant(seconds: 1_800_000_000))
            #expect(partner.updatedAt == partner.createdAt)
            #expect(partner.deletedAt == nil)
            #expect(partner.state.name == "Acme")
            #expect(partner.state.contactEmail == SealedReference(index: 0, ordinal: 0))
            let tenant = try #require(try views.current(world.tenant))
            #expect(tenant.state.partnerID == world.partner)
            let application = try #require(try views.current(world.application))
            #expect(application.state.kind == .service)
            #expect(application.state.allowedScopes == ["crm:read"])
            #expect(application.state.tokenLifetimeSeconds == Application.tokenLifetimeSecondsDefault)
            let secret = try #require(try views.current(world.secret))
            #expect(secret.state.applicationID == world.application)
            #expect(try views.secret(key: "hk_1", mac: "mac-of-" + world.secret.text) == world.secret)
        }
    }

    @Test func `a deleted resource stays readable and leaves every list but that of the deleted`() throws {
        var world = try World()
        let tenant = world.tenant
        try world.decide { draft, _ in
            try Tenant.delete(tenant, cascade: true, ifVersion: 1, by: .everything, facts: draft)
        }
        try world.store.read { views throws in
            let deleted = try #require(try views.current(tenant))
            #expect(deleted.state.status == .deleted)
            #expect(deleted.deletedAt != nil)
            #expect(deleted.version == 2)
            #expect(try views.list(Tenant.self, ListQuery()).items.isEmpty)
            #expect(try views.list(Tenant.self, ListQuery(Membership("partner_id", world.partner.text))).total == 0)
            #expect(try views.list(Tenant.self, ListQuery(Membership("status", "DELETED"))).items.map(\.id) == [tenant])
            #expect(try views.count(Application.self, in: Membership("tenant_id", tenant.text)) == 0)
        }
    }

    @Test func `a rotated secret is found until it is retired`() throws {
        var world = try World()
        let (application, first): (ApplicationID, SecretID) = (world.application, world.secret)
        let second: SecretID = world.ledger.id()
        let third: SecretID = world.ledger.id()
        try world.decide { draft, ledger in
            try Secret.rotate(
                of: application,
                to: World.newSecret(second),
                overlapSeconds: 60,
                now: ledger.now,
                by: .everything,
                facts: draft
            )
        }
        try world.store.read { views throws in
            #expect(try views.secret(key: "hk_1", mac: "mac-of-" + first.text) == first)
            #expect(try views.current(first)?.state.expiresAt != nil)
            #expect(try views.secret(key: "hk_1", mac: "mac-of-" + second.text) == second)
            #expect(try views.secret(key: "hk_2", mac: "mac-of-" + second.text) == nil)
        }
        try world.decide { draft, ledger in
            try Secret.rotate(
                of: application,
                to: World.newSecret(third),
                overlapSeconds: 0,
                now: ledger.now,
                by: .everything,
                facts: draft
            )
        }
        try world.store.read { views throws in
            #expect(try views.secret(key: "hk_1", mac: "mac-of-" + first.text) == nil)
            #expect(try views.secret(key: "hk_1", mac: "mac-of-" + second.text) == nil)
            #expect(try views.secret(key: "hk_1", mac: "mac-of-" + third.text) == third)
        }
        try world.checkRebuild()
    }

    @Test func `signing keys move from next to current to retired`() throws {
        var world = try World()
        let keys = ["one", "two", "three"].map { name in
            SigningKey.New(id: world.ledger.id(), algorithm: "RS256", jwk: name)
        }
        try world.write(keys[0].created(.current), keys[1].created(.next))
        try world.decide { draft, ledger in
            try SigningKey.rotate(to: (keys[2], keys[2]), now: ledger.now, by: .everything, facts: draft)
        }
        try world.store.read { views throws in
            let stages = try views.list(SigningKey.self, ListQuery()).items.map { ($0.state.jwk, $0.state.stage) }
            #expect(stages.map(\.0) == ["one", "two", "three"])
            #expect(stages.map(\.1) == [.retired, .current, .next])
            #expect(try views.count(SigningKey.self, in: Membership("stage", "current")) == 1)
        }
        try world.checkRebuild()
    }

    @Test func `a taken-back token is found, and once is enough`() throws {
        var world = try World()
        let token: TokenID = world.ledger.id()
        let (application, tenant) = (world.application, world.tenant)
        for _ in 0..<2 {
            try world.decide { draft, ledger in
                try Token.revoke(
                    token,
                    of: application,
                    chain: .tenant(tenant),
                    expiresAt: ledger.now.adding(seconds: 60),
                    facts: draft
                )
            }
        }
        #expect(try world.store.read { try $0.current(token)?.version } == 1)
    }

    @Test func `a slug stays reserved after a rename and after a deletion`() throws {
        var world = try World()
        let partner = world.partner
        try world.decide { draft, _ in
            try Partner.update(partner, .update(["slug": "ajax"]), ifVersion: nil, by: .everything, facts: draft)
        }
        try world.decide { draft, _ in
            try Partner.delete(partner, cascade: true, ifVersion: nil, by: .everything, facts: draft)
        }
        try world.store.read { views throws in
            #expect(try views.holder(ofSlug: "acme", among: Partner.self) == partner)
            #expect(try views.holder(ofSlug: "ajax", among: Partner.self) == partner)
            #expect(try views.holder(ofSlug: "acme", among: Tenant.self) == nil)
            #expect(try views.holder(ofSlug: "acm", among: Partner.self) == nil)
        }
        let newcomer: PartnerID = world.ledger.id()
        #expect(throws: Rejection(.conflict, "slug_taken", "Slug 'acme' is already taken")) {
            try world.decide { draft, _ in
                try Partner.register(
                    .create(["name": "Other", "slug": "acme"]),
                    as: newcomer,
                    by: .everything,
                    facts: draft
                )
            }
        }
    }

    @Test func `the last use of a secret is kept to the minute, also when the request was refused`() throws {
        var world = try World()
        let start = world.ledger.now
        let lastUse = { (world: World) in try world.store.read { try $0.lastUse(of: world.secret) } }
        #expect(try lastUse(world) == nil)
        try world.write(world.tokenIssued(), credential: world.secret.text)
        #expect(try lastUse(world) == start)
        world.ledger.now = start.adding(seconds: 59)
        try world.write(world.tokenIssued(), credential: world.secret.text)
        #expect(try lastUse(world) == start)
        world.ledger.now = start.adding(seconds: 60)
        try world.write(
            Event(.tokenRefused, chain: .tenant(world.tenant), result: .denied, code: "invalid_scope"),
            credential: world.secret.text
        )
        #expect(try lastUse(world) == start.adding(seconds: 60))
        try world.checkRebuild()
    }
}
