import Identity
import Testing
import Views
import Wire

/// Pages, filters, searches and totals of lists.
struct ListTests {
    /// Thirty tenants of one partner, every third suspended.
    private func thirty() throws -> World {
        var world = try World()
        let partner = world.partner
        for number in 0..<30 {
            let id: TenantID = world.ledger.id()
            try world.decide { draft, _ in
                try Tenant.register(
                    .create([
                        "name": .string("Tenant Ä\(number)"), "partner_id": .string(partner.text),
                        "slug": .string("t\(number)"), "status": number % 3 == 0 ? "SUSPENDED" : "ACTIVE",
                    ]),
                    as: id,
                    by: .everything,
                    facts: draft
                )
            }
        }
        return world
    }

    @Test func `pages follow one another in the order of creation`() throws {
        let world = try thirty()
        try world.store.read { views throws in
            var names: [String] = []
            for page in 1...5 {
                var query = ListQuery()
                (query.page, query.perPage) = (page, 7)
                let list = try views.list(Tenant.self, query)
                #expect(list.total == 31)
                #expect(list.isExact)
                names += list.items.map(\.state.name)
            }
            #expect(names == ["Roadrunner"] + (0..<30).map { "Tenant Ä\($0)" })
            var beyond = ListQuery()
            beyond.page = .max
            #expect(try views.list(Tenant.self, beyond).items.isEmpty)
            #expect(try views.list(Tenant.self, beyond).total == 31)
        }
    }

    @Test func `filters hold together, and their total is counted`() throws {
        let world = try thirty()
        try world.store.read { views throws in
            var query = ListQuery(Membership("partner_id", world.partner.text), Membership("status", "SUSPENDED"))
            query.perPage = 4
            let page = try views.list(Tenant.self, query)
            #expect(page.total == 10)
            #expect(page.isExact)
            #expect(page.items.map(\.state.slug) == ["t0", "t3", "t6", "t9"])
            query.page = 3
            #expect(try views.list(Tenant.self, query).items.map(\.state.slug) == ["t24", "t27"])
            let nowhere = ListQuery(Membership("partner_id", "prt_none"), Membership("status", "ACTIVE"))
            #expect(try views.list(Tenant.self, nowhere).total == 0)
        }
    }

    @Test(arguments: [
        ("tenant ä2", 11), ("TENANT Ä2", 11), ("t29", 1), ("ä", 30), ("", 31), ("runner", 1), ("zebra", 0),
    ])
    func `a search finds text anywhere in any case`(text: String, found: Int) throws {
        let world = try thirty()
        try world.store.read { views throws in
            var query = ListQuery()
            query.search = text
            query.perPage = 3
            let page = try views.list(Tenant.self, query)
            #expect(page.total == found)
            #expect(page.items.count == min(3, found))
        }
    }

    @Test func `a combined total is counted to a bound, a kept one is exact`() throws {
        let place = try Place()
        let store = try place.store()
        var ledger = Ledger()
        let count = ListQuery.countedMax + 50
        let events = (0..<count).map { _ in
            let id: SigningKeyID = ledger.id()
            return Event(.signingKeyCreated, chain: .platform, stream: id.text, data: ["stage": "current"])
        }
        try store.write(&ledger, events)
        try store.read { views throws in
            #expect(try views.list(SigningKey.self, ListQuery(Membership("stage", "current"))).total == count)
            var query = ListQuery(Membership("stage", "current"), Membership("status", "ACTIVE"))
            let first = try views.list(SigningKey.self, query)
            #expect(first.total == ListQuery.countedMax)
            #expect(!first.isExact)
            // A page beyond the bound is still a page.
            (query.page, query.perPage) = (count / 100 + 1, 100)
            #expect(try views.list(SigningKey.self, query).items.count == 50)
            #expect(try views.list(SigningKey.self, query).total == count)
        }
    }

    @Test func `a search that looks at no more says that there may be more`() throws {
        let world = try thirty()
        try world.store.read { views throws in
            var query = ListQuery()
            query.search = "there is no such name"
            let all = try views.count(Tenant.self, in: .all)
            for (candidatesMax, isExact) in [(all - 1, false), (all, true), (all + 1, true)] {
                query.candidatesMax = candidatesMax
                let page = try views.list(Tenant.self, query)
                #expect(page.total == 0)
                #expect(page.isExact == isExact, "\(candidatesMax) of \(all)")
            }
            // A list without a search knows its total, and shows each of its pages.
            query.search = nil
            query.candidatesMax = 1
            let whole = try views.list(Tenant.self, query)
            #expect(whole.isExact && whole.total == all && whole.items.count == query.perPage)
        }
    }

    @Test func `members stop at their limit`() throws {
        let world = try thirty()
        let few = try world.store.read { try $0.members(Tenant.self, of: .all, limit: 3) }
        #expect(few.map(\.state.slug) == ["road", "t0", "t1"])
    }
}
