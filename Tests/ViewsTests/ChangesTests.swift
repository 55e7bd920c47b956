import Identity
import Testing
import Views
import Wire

/// Where a resource's changes stand as of any moment, and which of them were undone by which.
struct ChangesTests {
    /// Renames the tenant, by an entry that undoes another one.
    private static func rename(_ world: inout World, _ name: String, undoing index: UInt64? = nil) throws -> UInt64 {
        let event = Tenant.event(.updated, world.tenant, in: .tenant(world.tenant), data: ["name": .string(name)])
        var entries = world.ledger.entries([event])
        entries[0].compensates = index
        try world.store.write(&world.ledger, entries)
        return entries[0].index
    }

    @Test func `an entry that was undone tells by which one last, as of any moment, and views made anew say the same`()
        throws
    {
        var world = try World()
        let damage = try Self.rename(&world, "Damaged")
        let other = try Self.rename(&world, "Other")
        let undo = try Self.rename(&world, "Roadrunner", undoing: damage)
        let redo = try Self.rename(&world, "Damaged", undoing: undo)
        let again = try Self.rename(&world, "Roadrunner", undoing: damage)
        try world.store.read { views throws in
            for (index, position, expected) in [
                (damage, nil, again), (undo, nil, redo), (redo, nil, nil), (again, nil, nil), (other, nil, nil),
                (damage, undo - 1, nil), (damage, undo, undo), (damage, again - 1, undo), (damage, again, again),
                (undo, undo, nil), (undo, redo, redo), (.max, nil, nil), (0, nil, nil),
            ] as [(UInt64, UInt64?, UInt64?)] {
                #expect(try views.at(position).undoing(of: index) == expected, "\(index) at \(position ?? .max)")
            }
        }
        try world.checkRebuild()
    }

    @Test func `what undoes an entry that is yet to come is poison`() throws {
        var world = try World()
        for later in [world.ledger.size, world.ledger.size + 1] {
            let index = world.ledger.size
            let poison = try #require(throws: Poison.self) { try Self.rename(&world, "Odd", undoing: later) }
            #expect(poison.index == index)
            #expect(world.ledger.size == index)
        }
    }

    @Test func `since when something has held is told by the entry that made it so without a break`() throws {
        var world = try World()
        let tenant = world.tenant
        let created = try #require(try world.store.read { try $0.resource(tenant)?.createdIndex })
        let first = try Self.rename(&world, "A")
        let second = try Self.rename(&world, "B")
        let third = try Self.rename(&world, "A")
        try world.store.read { views throws in
            let isA = { (version: Versioned<Tenant>) in version.state.name == "A" }
            #expect(try views.since(tenant, isA) == third)
            #expect(try views.at(third - 1).since(tenant, isA) == nil)
            #expect(try views.at(first).since(tenant, isA) == first)
            #expect(try views.at(second).since(tenant) { $0.state.name == "B" } == second)
            #expect(try views.since(tenant) { $0.state.status == .active } == created)
            let resource = try #require(try views.resource(tenant))
            let page = try views.changes(of: resource, withRelated: true, page: 2, perPage: 3)
            #expect(page.indexes == [created] && page.total == 4 && page.isExact)
            #expect(try views.changes(of: resource, after: first, limit: 9) == [second, third])
            let far = try views.changes(of: resource, withRelated: true, page: .max, perPage: .max)
            #expect(far.indexes == [] && far.total == 4 && far.isExact)
        }
    }

    @Test func `a history is told while the audit is made anew, but for edges, which it finds alone`() throws {
        var world = try World()
        let (tenant, application) = (world.tenant, world.application)
        let group: GroupID = world.ledger.id()
        try world.decide { transaction, _ in
            try Group.register(
                .create(["name": "Staff", "tenant_id": .string(tenant.text)]),
                as: group,
                secret: nil,
                by: .everything,
                facts: transaction
            )
        }
        world.store.auditProgress = AuditProgress(folded: 0, size: 9, secondsLeft: 1)
        try world.store.read { views throws in
            let ofTenant = try #require(try views.resource(tenant))
            #expect(try views.changes(of: ofTenant, withRelated: true, page: 1, perPage: 9).total == 1)
            let ofApplication = try #require(try views.resource(application))
            let page = try views.changes(of: ofApplication, withRelated: true, page: 1, perPage: 9)
            #expect(page.total == 2 && page.indexes.count == 2, "its secret is told from the state")
            let ofGroup = try #require(try views.resource(group))
            #expect(try views.changes(of: ofGroup, withRelated: false, page: 1, perPage: 9).total == 1)
            #expect(throws: AuditBehind.self) {
                try views.changes(of: ofGroup, withRelated: true, page: 1, perPage: 9)
            }
        }
    }
}
