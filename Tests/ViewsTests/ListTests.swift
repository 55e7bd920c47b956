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
            try world.decide { transaction, _ in
                try Tenant.register(
                    .create([
                        "name": .string("Tenant Ä\(number)"), "partner_id": .string(partner.text),
                        "slug": .string("t\(number)"), "status": number % 3 == 0 ? "SUSPENDED" : "ACTIVE",
                    ]),
                    as: id,
                    secret: nil,
                    by: .everything,
                    facts: transaction
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
                var query = ListQuery(.partner(world.partner))
                (query.page, query.perPage) = (page, 7)
                let list = try views.list(Tenant.self, query)
                #expect(list.total == 31)
                #expect(list.isExact)
                names += list.items.map(\.state.name)
            }
            #expect(names == ["Roadrunner"] + (0..<30).map { "Tenant Ä\($0)" })
            var beyond = ListQuery(.partner(world.partner))
            beyond.page = .max
            #expect(try views.list(Tenant.self, beyond).items.isEmpty)
            #expect(try views.list(Tenant.self, beyond).total == 31)
            // A place has what stands in it, and not what stands below.
            #expect(try views.list(Tenant.self, ListQuery(.platform)).total == 0)
            #expect(try views.list(Application.self, ListQuery(.partner(world.partner))).total == 0)
        }
    }

    @Test func `filters hold together, and their total is counted`() throws {
        let world = try applications()
        try world.store.read { views throws in
            let (web, stopped) = (FacetKey("application_type", "WEB"), FacetKey("status", "SUSPENDED"))
            var query = ListQuery(.tenant(world.tenant), web, stopped)
            query.perPage = 2
            let page = try views.list(Application.self, query)
            #expect(page.total == 5)
            #expect(page.isExact)
            #expect(page.items.map(\.state.name) == ["0", "6"])
            query.page = 3
            #expect(try views.list(Application.self, query).items.map(\.state.name) == ["24"])
            let nowhere = ListQuery(.tenant(try #require(TenantID("tnt_none"))), web, stopped)
            #expect(try views.list(Application.self, nowhere).total == 0)
        }
    }

    /// Thirty applications of one tenant, every second of another type, every third suspended.
    private func applications() throws -> World {
        var world = try World()
        let tenant = world.tenant
        for number in 0..<30 {
            let id: ApplicationID = world.ledger.id()
            try world.decide { transaction, _ in
                try Application.register(
                    .create([
                        "application_type": number % 2 == 0 ? "WEB" : "SPA", "name": .string("\(number)"),
                        "scope": "TENANT", "status": number % 3 == 0 ? "SUSPENDED" : "ACTIVE",
                        "tenant_id": .string(tenant.text),
                    ]),
                    as: id,
                    secret: nil,
                    by: .everything,
                    facts: transaction
                )
            }
        }
        return world
    }

    @Test(arguments: [
        ("tenant ä2", 11), ("TENANT Ä2", 11), ("tenant a\u{308}2", 11), ("t29", 1), ("ä", 30), ("", 31), ("runner", 1),
        ("zebra", 0),
    ])
    func `a search finds text anywhere in any case and spelling`(text: String, found: Int) throws {
        let world = try thirty()
        try world.store.read { views throws in
            var query = ListQuery(.partner(world.partner))
            query.search = text
            query.perPage = 3
            let page = try views.list(Tenant.self, query)
            #expect(page.total == found)
            #expect(page.items.count == min(3, found))
        }
    }

    @Test func `a combined total is counted to a bound, a kept one is exact`() throws {
        let site = try Site()
        let store = try site.store()
        var ledger = Ledger()
        let count = ListQuery.countedMax + 50
        let usual: Members = ["application_type": "SERVICE", "scope": "GLOBAL"]
        let others: [Members] = [
            ["application_type": "SPA", "scope": "GLOBAL"],
            ["application_type": "SERVICE", "scope": "GLOBAL", "status": "SUSPENDED"],
        ]
        let events = ([Members](repeating: usual, count: count) + others).map { data in
            Application.event(.created, ledger.id(), in: .platform, data: data)
        }
        try store.write(&ledger, events)
        try store.read { views throws in
            let (service, active) = (FacetKey("application_type", "SERVICE"), FacetKey("status", "ACTIVE"))
            let global = FacetKey("scope", "GLOBAL")
            #expect(try views.list(Application.self, ListQuery(.platform)).total == count + 2)
            // A filter that everything in the place passes narrows nothing.
            for kept in [ListQuery(.platform, service), ListQuery(.platform, global, service)] {
                let list = try views.list(Application.self, kept)
                #expect(list.total == count + 1)
                #expect(list.isExact)
            }
            var query = ListQuery(.platform, service, active)
            let first = try views.list(Application.self, query)
            #expect(first.total == ListQuery.countedMax)
            #expect(!first.isExact)
            // A page beyond the bound is still a page.
            (query.page, query.perPage) = (count / 100 + 1, 100)
            #expect(try views.list(Application.self, query).items.count == 50)
            #expect(try views.list(Application.self, query).total == count)
        }
    }

    @Test func `a search that looks at no more says that there may be more`() throws {
        let world = try thirty()
        try world.store.read { views throws in
            let all = try views.count(Tenant.self, in: .partner(world.partner))
            var query = ListQuery(.partner(world.partner))
            query.search = "there is no such name"
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

    @Test func `members stop at their limit, and say so`() throws {
        let world = try thirty()
        try world.store.read { views throws in
            let few = try views.members(Tenant.self, in: .partner(world.partner), .all, limit: 3)
            #expect(few.items.map(\.state.slug) == ["road", "t0", "t1"])
            #expect(!few.isWhole)
            for limit in [31, 32] {
                let all = try views.members(Tenant.self, in: .partner(world.partner), .all, limit: limit)
                #expect(all.items.count == 31)
                #expect(all.isWhole)
            }
        }
    }
}
