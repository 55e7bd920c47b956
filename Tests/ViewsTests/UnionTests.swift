import Identity
import Testing
import Views
import Wire

/// Lists over many places at once.
struct UnionTests {
    /// Partners with tenants, and in each tenant applications, so made that those of the tenants take turns.
    private struct Town {
        let site: Site
        let store: ViewStore
        var ledger = Ledger()
        var partners: [PartnerID] = []
        var tenants: [TenantID] = []
        var applications: [(id: ApplicationID, place: Place)] = []

        init(partners: Int, tenants: Int, applications: Int) throws {
            site = try Site()
            store = try site.store()
            var events: [Event] = []
            for number in 0..<partners {
                let id: PartnerID = ledger.id()
                self.partners.append(id)
                let data: Members = ["name": "P", "slug": .string("p\(number)")]
                events.append(Partner.event(.created, id, in: .partner(id), data: data))
            }
            for number in 0..<tenants {
                let id: TenantID = ledger.id()
                self.tenants.append(id)
                let data: Members = [
                    "name": "T", "partner_id": .string(self.partners[number % partners].text),
                    "slug": .string("t\(number)"),
                ]
                events.append(Tenant.event(.created, id, in: .tenant(id), data: data))
            }
            for number in 0..<applications {
                let id: ApplicationID = ledger.id()
                let tenant = self.tenants[number % tenants]
                self.applications.append((id, .tenant(tenant)))
                let data: Members = [
                    "application_type": number % 3 == 0 ? "SPA" : "SERVICE", "name": .string("Job \(number)"),
                    "status": number % 4 == 0 ? "SUSPENDED" : "ACTIVE", "tenant_id": .string(tenant.text),
                ]
                events.append(Application.event(.created, id, in: .tenant(tenant), data: data))
            }
            try store.write(&ledger, events)
        }

        /// All pages of a list, one behind the other, and the total that each of them tells.
        func ids(_ views: ViewSnapshot, in root: Place, _ facets: FacetKey..., perPage: Int) throws -> [ApplicationID] {
            var query = ListQuery(try views.places(in: root, at: Application.standsIn).places)
            (query.facets, query.perPage) = (facets, perPage)
            var ids: [ApplicationID] = []
            while true {
                let page = try views.list(Application.self, query)
                if page.items.isEmpty {
                    #expect(page.total == ids.count)
                    return ids
                }
                #expect(page.isExact)
                ids += page.items.map(\.id)
                query.page += 1
            }
        }
    }

    @Test(arguments: [1, 7, 16, 1_000])
    func `pages over many places follow one another in the order of creation`(perPage: Int) throws {
        let town = try Town(partners: 2, tenants: 5, applications: 250)
        try town.store.read { views throws in
            #expect(try town.ids(views, in: .platform, perPage: perPage) == town.applications.map(\.id))
            for (number, partner) in town.partners.enumerated() {
                let own = Set(
                    town.tenants.enumerated().filter { $0.offset % 2 == number }.map { Place.tenant($0.element) }
                )
                let expected = town.applications.filter { own.contains($0.place) }.map(\.id)
                #expect(try town.ids(views, in: .partner(partner), perPage: perPage) == expected)
            }
            for tenant in town.tenants {
                let expected = town.applications.filter { $0.place == .tenant(tenant) }.map(\.id)
                #expect(try town.ids(views, in: .tenant(tenant), perPage: perPage) == expected)
            }
            let filtered = town.applications.enumerated().filter { $0.offset % 3 == 0 && $0.offset % 4 == 0 }
            let (spa, stopped) = (FacetKey("application_type", "SPA"), FacetKey("status", "SUSPENDED"))
            let found = try town.ids(views, in: .platform, spa, stopped, perPage: perPage)
            #expect(found == filtered.map(\.element.id))
        }
    }

    @Test func `what stands in a place that died is in no union, and in those of before`() throws {
        var town = try Town(partners: 2, tenants: 4, applications: 40)
        let before = town.ledger.size - 1
        try town.store.write(&town.ledger, [Tenant.event(.deleted, town.tenants[0], in: .tenant(town.tenants[0]))])
        let between = town.ledger.size - 1
        try town.store.write(&town.ledger, [Partner.event(.deleted, town.partners[1], in: .partner(town.partners[1]))])
        try town.store.read { views throws in
            let expected = { (dead: Set<Int>) in
                town.applications.filter { application in
                    !dead.contains { application.place == .tenant(town.tenants[$0]) }
                }.map(\.id)
            }
            #expect(try town.ids(views.at(before), in: .platform, perPage: 9) == expected([]))
            #expect(try town.ids(views.at(between), in: .platform, perPage: 9) == expected([0]))
            #expect(try town.ids(views, in: .platform, perPage: 9) == expected([0, 1, 3]))
            #expect(try town.ids(views, in: .partner(town.partners[1]), perPage: 9) == [])
            #expect(try town.ids(views, in: .tenant(town.tenants[3]), perPage: 9) == [])
        }
    }

    @Test func `a tenant older than its partner brings all that stands in it, in its order`() throws {
        var town = try Town(partners: 1, tenants: 3, applications: 30)
        let young: PartnerID = town.ledger.id()
        let global: ApplicationID = town.ledger.id()
        let moved = town.tenants[1]
        try town.store.write(
            &town.ledger,
            [
                Partner.event(.created, young, in: .partner(young), data: ["name": "Y", "slug": "y"]),
                Application.event(
                    .created,
                    global,
                    in: .partner(young),
                    data: ["partner_id": .string(young.text), "scope": "PARTNER"]
                ),
                Tenant.event(
                    .transferred,
                    moved,
                    in: .tenant(moved),
                    data: ["from": .string(town.partners[0].text), "to": .string(young.text)]
                ),
            ]
        )
        try town.store.read { views throws in
            let inMoved = town.applications.filter { $0.place == .tenant(moved) }.map(\.id)
            let others = town.applications.filter { $0.place != .tenant(moved) }.map(\.id)
            #expect(try town.ids(views, in: .partner(young), perPage: 4) == inMoved + [global])
            #expect(try town.ids(views, in: .partner(town.partners[0]), perPage: 4) == others)
            #expect(try town.ids(views, in: .platform, perPage: 4) == town.applications.map(\.id) + [global])
        }
    }

    @Test func `a union that is counted looks at no more than it may, and says so`() throws {
        let town = try Town(partners: 2, tenants: 5, applications: 100)
        try town.store.read { views throws in
            var query = ListQuery(try views.places(in: .platform, at: Application.standsIn).places)
            query.search = "there is no such name"
            for (candidatesMax, isExact) in [(99, false), (100, true), (101, true)] {
                query.candidatesMax = candidatesMax
                let page = try views.list(Application.self, query)
                #expect(page.total == 0)
                #expect(page.isExact == isExact, "\(candidatesMax)")
            }
            query.search = "JOB 1"
            #expect(try views.list(Application.self, query).total == 11)
        }
    }

    @Test func `places are found up to a bound, and whoever asks learns that there are more`() throws {
        let town = try Town(partners: 1, tenants: ViewSnapshot.placesMax + 1, applications: 0)
        let partner = Place.partner(town.partners[0])
        try town.store.read { views throws in
            for root in [.platform, partner] {
                let found = try views.places(in: root, at: [.tenant])
                #expect(found.places.count == ViewSnapshot.placesMax)
                #expect(!found.isWhole)
                #expect(try views.places(in: root, at: [.partner]).places.map(\.place) == [partner])
                #expect(try views.places(in: root, at: [.partner]).isWhole)
            }
            // One fewer is the whole.
            let before = try views.at(town.ledger.size - 2).places(in: .platform, at: [.tenant])
            #expect(before.places.count == ViewSnapshot.placesMax)
            #expect(before.isWhole)
        }
    }
}
