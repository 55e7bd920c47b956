import Identity
import Testing
import Views
import Wire

/// What the views say of moments before the last.
struct PastTests {
    @Test func `a state as of an index includes the entry at that index`() throws {
        var world = try World()
        let tenant = world.tenant
        let created = try #require(try world.store.read { try $0.resource(tenant)?.createdIndex })
        let renamed = world.ledger.size
        try world.decide { transaction, _ in
            try Tenant.update(tenant, .update(["name": "Coyote"]), ifVersion: 1, by: .everything, facts: transaction)
        }
        try world.write(world.tokenIssued())
        try world.store.read { views throws in
            #expect(try views.at(created - 1).resource(tenant)?.state.name == nil)
            #expect(try views.at(created).resource(tenant)?.state.name == "Roadrunner")
            #expect(try views.at(renamed - 1).resource(tenant)?.state.name == "Roadrunner")
            #expect(try views.at(renamed).resource(tenant)?.state.name == "Coyote")
            #expect(try views.at(renamed).resource(tenant)?.version == 2)
            #expect(try views.at(.max).resource(tenant)?.state.name == "Coyote")
            #expect(try views.resource(tenant)?.state.name == "Coyote")
        }
    }

    @Test func `identifiers that begin alike keep their pasts apart`() throws {
        let site = try Site()
        let store = try site.store()
        var ledger = Ledger()
        for (id, name) in [("prt_a", "short"), ("prt_ab", "long"), ("prt_a_", "other")] {
            let id = try #require(PartnerID(id))
            try store.decide(&ledger) { transaction, _ in
                try Partner.register(
                    .create(["name": .string(name), "slug": .string(name)]),
                    as: id,
                    secret: nil,
                    by: .everything,
                    facts: transaction
                )
            }
        }
        try store.read { views throws in
            for (id, name) in [("prt_a", "short"), ("prt_ab", "long"), ("prt_a_", "other")] {
                let id = try #require(PartnerID(id))
                #expect(try views.at(ledger.size).resource(id)?.state.name == name)
            }
            #expect(try views.at(0).resource(try #require(PartnerID("prt_ab"))) == nil)
        }
    }

    @Test func `a transferred tenant is in its partner's list of the time`() throws {
        var world = try World()
        let (tenant, origin) = (world.tenant, world.partner)
        let target: PartnerID = world.ledger.id()
        try world.decide { transaction, _ in
            try Partner.register(
                .create(["name": "New", "slug": "new"]),
                as: target,
                secret: nil,
                by: .everything,
                facts: transaction
            )
        }
        let before = world.ledger.size - 1
        try world.decide { transaction, _ in
            try Tenant.update(
                tenant,
                .update(["partner_id": .string(target.text)]),
                ifVersion: nil,
                by: .everything,
                facts: transaction
            )
        }
        let after = world.ledger.size - 1
        let back = world.ledger.size
        try world.decide { transaction, _ in
            try Tenant.update(
                tenant,
                .update(["partner_id": .string(origin.text)]),
                ifVersion: nil,
                by: .everything,
                facts: transaction
            )
        }
        try world.store.read { views throws in
            for (partner, asOf, expected) in [
                (origin, before, 1), (target, before, 0), (origin, after, 0), (target, after, 1),
                (origin, back + 2, 1), (target, back + 2, 0),
            ] {
                let (then, place) = (views.at(asOf), Place.partner(partner))
                #expect(try then.count(Tenant.self, in: place) == expected)
                #expect(try then.list(Tenant.self, ListQuery(place)).items.count == expected)
                #expect(try then.count(Tenant.self, in: place, FacetKey("status", "ACTIVE")) == expected)
                let isPartner = try then.partner(of: tenant) == partner
                #expect(isPartner == (expected == 1))
                let below = try then.places(in: place, at: [.tenant]).places
                #expect(below.map(\.place) == (expected == 0 ? [] : [.tenant(tenant)]))
                #expect(try then.list(Application.self, ListQuery(below)).total == expected)
            }
        }
        try world.checkRebuild()
    }

    @Test func `a tenant that moved hundreds of times is at every moment with one partner`() throws {
        var world = try World()
        let (tenant, target): (TenantID, PartnerID) = (world.tenant, world.ledger.id())
        var partners = [world.partner, target]
        try world.write(Partner.event(.created, target, in: .partner(target), data: ["name": "New", "slug": "new"]))
        // One that stays with each, so that no list is empty.
        for partner in partners {
            let id: TenantID = world.ledger.id()
            let data: Members = [
                "partner_id": .string(partner.text), "slug": .string("of-" + partner.text.lowercased()),
            ]
            try world.write(Tenant.event(.created, id, in: .tenant(id), data: data))
        }
        let start = world.ledger.size
        for _ in 0..<200 {
            let data: Members = ["from": .string(partners[0].text), "to": .string(partners[1].text)]
            try world.write(Tenant.event(.transferred, tenant, in: .tenant(tenant), data: data))
            partners.swapAt(0, 1)
        }
        try world.store.read { views throws in
            for index in start..<world.ledger.size {
                for partner in partners {
                    let isThere = (index - start) % 2 == (partner == target ? 0 : 1)
                    let page = try views.at(index).list(Tenant.self, ListQuery(.partner(partner)))
                    #expect(page.total == (isThere ? 2 : 1), "as of \(index)")
                    #expect(page.items.count == page.total, "as of \(index)")
                    #expect(page.items.contains { $0.id == tenant } == isThere, "as of \(index)")
                }
            }
        }
        try world.checkRebuild()
    }

    @Test func `a status flipped hundreds of times is right at every moment`() throws {
        var world = try World()
        let (place, application) = (Place.tenant(world.tenant), world.application)
        for status in ["ACTIVE", "SUSPENDED"] as [JSON] {
            let other: Members = ["application_type": "SPA", "status": status, "tenant_id": .string(world.tenant.text)]
            try world.write(Application.event(.created, world.ledger.id(), in: place, data: other))
        }
        var suspendedAt: [UInt64: Bool] = [:]
        for round in 0..<200 {
            suspendedAt[world.ledger.size] = round % 2 == 0
            let status: JSON = round % 2 == 0 ? "SUSPENDED" : "ACTIVE"
            try world.write(Application.event(.updated, application, in: place, data: ["status": status]))
        }
        let service = FacetKey("application_type", "SERVICE")
        try world.store.read { views throws in
            for (index, isSuspended) in suspendedAt {
                let then = views.at(index)
                for (facet, isMember) in [
                    (FacetKey("status", "SUSPENDED"), isSuspended), (FacetKey("status", "ACTIVE"), !isSuspended),
                ] {
                    let page = try then.list(Application.self, ListQuery(place, facet))
                    #expect(page.total == (isMember ? 2 : 1), "as of \(index)")
                    #expect(page.items.count == page.total, "as of \(index)")
                    #expect(page.items.contains { $0.id == application } == isMember, "as of \(index)")
                    // Where both are as large the first leads; the other is asked.
                    for both in [ListQuery(place, facet, service), ListQuery(place, service, facet)] {
                        let page = try then.list(Application.self, both)
                        #expect(page.total == (isMember ? 1 : 0), "as of \(index)")
                        #expect(page.items.map(\.id) == (isMember ? [application] : []), "as of \(index)")
                    }
                }
            }
        }
        try world.checkRebuild()
    }

    @Test func `what keeps no past is answered as it is now, whatever the reader's position`() throws {
        var world = try World()
        let partner = world.partner
        try world.write(world.tokenIssued(), credential: world.secret.text)
        try world.decide { transaction, _ in
            try Partner.update(partner, .update(["slug": "ajax"]), ifVersion: nil, by: .everything, facts: transaction)
        }
        try world.store.read { views throws in
            for position in [nil, 0, .max] as [UInt64?] {
                let present = views.at(position).present
                #expect(try present.holder(ofSlug: "ajax", among: Partner.self) == partner)
                #expect(
                    try present.proven(Secret.self, key: "hk_1", mac: "mac-of-" + world.secret.text) == world.secret
                )
                #expect(try present.lastUse(of: world.secret) != nil)
            }
            #expect(try views.at(0).resource(partner)?.state.slug == "acme")
            #expect(try views.at(0).at(nil).resource(partner)?.state.slug == "ajax")
        }
    }
}
