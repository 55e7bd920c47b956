import Identity
import Testing
import Views
import Wire

/// What the views say of moments before the last.
struct PastTests {
    @Test func `a state as of an index includes the entry at that index`() throws {
        var world = try World()
        let tenant = world.tenant
        let created = try #require(try world.store.read { try $0.current(tenant)?.createdIndex })
        let renamed = world.ledger.size
        try world.decide { draft, _ in
            try Tenant.update(tenant, .update(["name": "Coyote"]), ifVersion: 1, by: .everything, facts: draft)
        }
        try world.write(world.tokenIssued())
        try world.store.read { views throws in
            #expect(try views.state(of: tenant, asOf: created - 1)?.state.name == nil)
            #expect(try views.state(of: tenant, asOf: created)?.state.name == "Roadrunner")
            #expect(try views.state(of: tenant, asOf: renamed - 1)?.state.name == "Roadrunner")
            #expect(try views.state(of: tenant, asOf: renamed)?.state.name == "Coyote")
            #expect(try views.state(of: tenant, asOf: renamed)?.version == 2)
            #expect(try views.state(of: tenant, asOf: .max)?.state.name == "Coyote")
            #expect(try views.state(of: tenant)?.state.name == "Coyote")
        }
    }

    @Test func `identifiers that begin alike keep their pasts apart`() throws {
        let place = try Place()
        let store = try place.store()
        var ledger = Ledger()
        for (id, name) in [("prt_a", "short"), ("prt_ab", "long"), ("prt_a_", "other")] {
            let id = try #require(PartnerID(id))
            try store.decide(&ledger) { draft, _ in
                try Partner.register(
                    .create(["name": .string(name), "slug": .string(name)]),
                    as: id,
                    by: .everything,
                    facts: draft
                )
            }
        }
        try store.read { views throws in
            for (id, name) in [("prt_a", "short"), ("prt_ab", "long"), ("prt_a_", "other")] {
                let id = try #require(PartnerID(id))
                #expect(try views.state(of: id, asOf: ledger.size)?.state.name == name)
            }
            #expect(try views.state(of: try #require(PartnerID("prt_ab")), asOf: 0) == nil)
        }
    }

    @Test func `a transferred tenant is in its partner's list of the time`() throws {
        var world = try World()
        let (tenant, origin) = (world.tenant, world.partner)
        let target: PartnerID = world.ledger.id()
        try world.decide { draft, _ in
            try Partner.register(.create(["name": "New", "slug": "new"]), as: target, by: .everything, facts: draft)
        }
        let before = world.ledger.size - 1
        try world.decide { draft, _ in
            try Tenant.update(
                tenant,
                .update(["partner_id": .string(target.text)]),
                ifVersion: nil,
                by: .everything,
                facts: draft
            )
        }
        let after = world.ledger.size - 1
        let back = world.ledger.size
        try world.decide { draft, _ in
            try Tenant.update(
                tenant,
                .update(["partner_id": .string(origin.text)]),
                ifVersion: nil,
                by: .everything,
                facts: draft
            )
        }
        try world.store.read { views throws in
            for (partner, asOf, expected) in [
                (origin, before, 1), (target, before, 0), (origin, after, 0), (target, after, 1),
                (origin, back + 2, 1), (target, back + 2, 0),
            ] {
                let membership = Membership("partner_id", partner.text)
                var query = ListQuery(membership)
                query.asOf = asOf
                #expect(try views.count(Tenant.self, in: membership, asOf: asOf) == expected)
                #expect(try views.list(Tenant.self, query).items.count == expected)
                // The state of the time says so too, where another filter leads the walk.
                var combined = ListQuery(membership, Membership("status", "ACTIVE"))
                combined.asOf = asOf
                #expect(try views.list(Tenant.self, combined).total == expected)
            }
        }
        try world.checkRebuild()
    }

    @Test func `a status flipped hundreds of times is right at every moment`() throws {
        var world = try World()
        let tenant = world.tenant
        var suspendedAt: [UInt64: Bool] = [:]
        for round in 0..<200 {
            suspendedAt[world.ledger.size] = round % 2 == 0
            try world.write(
                Event(
                    .tenantUpdated,
                    chain: .tenant(tenant),
                    stream: tenant.text,
                    data: ["status": round % 2 == 0 ? "SUSPENDED" : "ACTIVE"]
                )
            )
        }
        try world.store.read { views throws in
            for (index, isSuspended) in suspendedAt {
                for (membership, isMember) in [
                    (Membership("status", "SUSPENDED"), isSuspended), (Membership("status", "ACTIVE"), !isSuspended),
                ] {
                    var query = ListQuery(membership)
                    query.asOf = index
                    let page = try views.list(Tenant.self, query)
                    #expect(page.total == (isMember ? 1 : 0), "as of \(index)")
                    #expect(page.items.count == page.total, "as of \(index)")
                    query.memberships.append(.all)
                    #expect(try views.list(Tenant.self, query).total == page.total, "as of \(index)")
                }
            }
        }
        try world.checkRebuild()
    }
}
