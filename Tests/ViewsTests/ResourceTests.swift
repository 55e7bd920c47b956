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
            let partner = try #require(try views.resource(world.partner))
            #expect(partner.version == 1)
            #expect(partner.createdIndex == 0)
            #expect(partner.createdAt == Instant(seconds: 1_800_000_000))
            #expect(partner.updatedAt == partner.createdAt)
            #expect(partner.deletedAt == nil)
            #expect(partner.state.name == "Acme")
            #expect(partner.state.contactEmail == SealedReference(index: 0, ordinal: 0))
            let tenant = try #require(try views.resource(world.tenant))
            #expect(tenant.state.partnerID == world.partner)
            #expect(tenant.place == .partner(world.partner) && tenant.chain == .tenant(world.tenant))
            let application = try #require(try views.resource(world.application))
            #expect(application.place == .tenant(world.tenant) && application.chain == application.place)
            #expect(application.state.type == .service)
            #expect(application.state.allowedScopes == ["crm:read"])
            #expect(application.state.tokenLifetimeSeconds == Application.tokenLifetimeSecondsDefault)
            let secret = try #require(try views.resource(world.secret))
            #expect(secret.state.applicationID == world.application)
            #expect(
                try views.present.proven(Secret.self, key: "hk_1", mac: "mac-of-" + world.secret.text) == world.secret
            )
        }
    }

    @Test func `a deleted resource stays readable and leaves every list but that of the deleted`() throws {
        var world = try World()
        let (tenant, place) = (world.tenant, Place.partner(world.partner))
        let before = world.ledger.size
        try world.decide { transaction, _ in
            try Tenant.delete(tenant, cascade: true, ifVersion: 1, by: .everything, facts: transaction)
        }
        #expect(world.ledger.size == before + 1)
        try world.store.read { views throws in
            let deleted = try #require(try views.resource(tenant))
            #expect(deleted.state.status == .deleted)
            #expect(deleted.deletedAt != nil)
            #expect(deleted.version == 2)
            #expect(throws: Rejection.notFound("tenant")) { try views.living(tenant) }
            #expect(try views.list(Tenant.self, ListQuery(place)).items.isEmpty)
            #expect(try views.count(Tenant.self, in: place) == 0)
            var query = ListQuery(place)
            query.life = .deleted
            #expect(try views.list(Tenant.self, query).items.map(\.id) == [tenant])
            #expect(try views.count(Tenant.self, in: place, .deleted, .all) == 1)
            #expect(try views.count(Tenant.self, in: place, .deleted, FacetKey("status", "DELETED")) == 1)
        }
    }

    @Test(arguments: Place.Level.allCases.filter { $0 != .platform })
    func `what stands below a deleted place is gone with it and back with it, and keeps its rows`(
        level: Place.Level
    ) throws {
        var world = try World()
        let (partner, tenant, application) = (world.partner, world.tenant, world.application)
        let before = try world.store.read { try $0.resource(application)?.row }
        let (deletedAt, restoredAt) = (world.ledger.size, world.ledger.size + 1)
        try world.decide { transaction, _ in
            level == .partner
                ? try Partner.delete(partner, cascade: true, ifVersion: nil, by: .everything, facts: transaction)
                : try Tenant.delete(tenant, cascade: true, ifVersion: nil, by: .everything, facts: transaction)
        }
        #expect(world.ledger.size == restoredAt)
        let expect = { (views: ViewSnapshot, isThere: Bool) in
            #expect(try views.resource(application)?.row == before)
            #expect(try views.resource(world.secret)?.state.status == .active)
            #expect(try views.lives(.tenant(tenant)) == isThere)
            let living = try? views.living(application)
            #expect((living != nil) == isThere)
            let places = try views.places(in: .platform, at: Application.standsIn)
            #expect(places.places.map(\.place).contains(.tenant(tenant)) == isThere)
            #expect(try views.list(Application.self, ListQuery(places.places)).total == (isThere ? 1 : 0))
            #expect(try views.places(in: .tenant(tenant), at: Application.standsIn).places.isEmpty == !isThere)
            // Who asks for the deleted as well finds them in their places.
            let all = try views.places(in: .platform, at: Application.standsIn, Life.allCases)
            #expect(try views.list(Application.self, ListQuery(all.places)).items.map(\.id) == [application])
        }
        try world.store.read { try expect($0, false) }
        try world.write(
            level == .partner
                ? Partner.event(.restored, partner, in: .partner(partner))
                : Tenant.event(.restored, tenant, in: .tenant(tenant))
        )
        try world.store.read { views throws in
            try expect(views, true)
            try expect(views.at(restoredAt), true)
            try expect(views.at(deletedAt), false)
            try expect(views.at(deletedAt - 1), true)
        }
        try world.checkRebuild()
    }

    @Test func `a rotated secret is found until it is retired`() throws {
        var world = try World()
        let (application, first): (ApplicationID, SecretID) = (world.application, world.secret)
        let second: SecretID = world.ledger.id()
        let third: SecretID = world.ledger.id()
        try world.decide { transaction, ledger in
            try Secret.rotate(
                of: application,
                to: World.newSecret(second),
                overlapSeconds: 60,
                now: ledger.now,
                by: .everything,
                facts: transaction
            )
        }
        try world.store.read { views throws in
            #expect(try views.present.proven(Secret.self, key: "hk_1", mac: "mac-of-" + first.text) == first)
            #expect(try views.resource(first)?.state.expiresAt != nil)
            #expect(try views.present.proven(Secret.self, key: "hk_1", mac: "mac-of-" + second.text) == second)
            #expect(try views.present.proven(Secret.self, key: "hk_2", mac: "mac-of-" + second.text) == nil)
        }
        try world.decide { transaction, ledger in
            try Secret.rotate(
                of: application,
                to: World.newSecret(third),
                overlapSeconds: 0,
                now: ledger.now,
                by: .everything,
                facts: transaction
            )
        }
        try world.store.read { views throws in
            #expect(try views.present.proven(Secret.self, key: "hk_1", mac: "mac-of-" + first.text) == nil)
            #expect(try views.present.proven(Secret.self, key: "hk_1", mac: "mac-of-" + second.text) == nil)
            #expect(try views.present.proven(Secret.self, key: "hk_1", mac: "mac-of-" + third.text) == third)
        }
        try world.checkRebuild()
    }

    @Test func `signing keys move from next to current to retired`() throws {
        var world = try World()
        let keys = ["one", "two", "three"].map { name in
            SigningKey.New(id: world.ledger.id(), algorithm: "RS256", jwk: name)
        }
        try world.write(keys[0].created(.current), keys[1].created(.next))
        try world.decide { transaction, ledger in
            try SigningKey.rotate(to: (keys[2], keys[2]), now: ledger.now, by: .everything, facts: transaction)
        }
        try world.store.read { views throws in
            let stages = try views.list(SigningKey.self, ListQuery(.platform)).items.map {
                ($0.state.jwk, $0.state.stage)
            }
            #expect(stages.map(\.0) == ["one", "two", "three"])
            #expect(stages.map(\.1) == [.retired, .current, .next])
            #expect(try views.count(SigningKey.self, in: .platform, FacetKey("stage", "current")) == 1)
        }
        try world.checkRebuild()
    }

    @Test func `a slug stays reserved after a rename and after a deletion`() throws {
        var world = try World()
        let partner = world.partner
        try world.decide { transaction, _ in
            try Partner.update(partner, .update(["slug": "ajax"]), ifVersion: nil, by: .everything, facts: transaction)
        }
        try world.decide { transaction, _ in
            try Partner.delete(partner, cascade: true, ifVersion: nil, by: .everything, facts: transaction)
        }
        try world.store.read { views throws in
            #expect(try views.holder(ofSlug: "acme", among: Partner.self) == partner)
            #expect(try views.holder(ofSlug: "ajax", among: Partner.self) == partner)
            #expect(try views.holder(ofSlug: "acme", among: Tenant.self) == nil)
            #expect(try views.holder(ofSlug: "acm", among: Partner.self) == nil)
        }
        let newcomer: PartnerID = world.ledger.id()
        #expect(throws: Rejection(.conflict, "slug_taken", "Slug 'acme' is already taken", holder: partner.text)) {
            try world.decide { transaction, _ in
                try Partner.register(
                    .create(["name": "Other", "slug": "acme"]),
                    as: newcomer,
                    secret: nil,
                    by: .everything,
                    facts: transaction
                )
            }
        }
    }

    @Test func `the last use of a secret is kept to the minute, also when the request was refused`() throws {
        var world = try World()
        let start = world.ledger.now
        let lastUse = { (world: World) in try world.store.read { try $0.present.lastUse(of: world.secret) } }
        #expect(try lastUse(world) == nil)
        try world.write(world.tokenIssued(), credential: world.secret.text)
        #expect(try lastUse(world) == start)
        world.ledger.now = start.adding(seconds: 59)
        try world.write(world.tokenIssued(), credential: world.secret.text)
        #expect(try lastUse(world) == start)
        world.ledger.now = start.adding(seconds: 60)
        try world.write(
            Event(Token.entry(.refused), chain: .tenant(world.tenant), result: .denied, code: "invalid_scope"),
            credential: world.secret.text
        )
        #expect(try lastUse(world) == start.adding(seconds: 60))
        try world.checkRebuild()
    }
}
