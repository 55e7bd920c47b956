import Identity
import OpenSSL
import Storage
import Testing
import Views
import Wire

/// Views that are not what was written are noticed, never believed.
struct DamageTests {
    /// Changes one row behind the back of the views.
    private func patch(_ store: ViewStore, _ table: String, _ key: [UInt8], _ change: (inout [UInt8]) -> Void) throws {
        let environment = try store.environment(of: table)
        let table = try environment.table(table)
        let row = try environment.read { (read) throws(StorageError) in try read.get(table, key) }
        var changed = try #require(row)
        change(&changed)
        var write = try environment.beginWrite()
        try write.put(table, key, changed)
        try write.commit()
    }

    @Test(arguments: Medium.allCases)
    func `a changed byte is noticed when the row is read`(medium: Medium) throws {
        let world = try World(medium)
        let key = Array(world.tenant.text.utf8)
        let name = Array("Roadrunner".utf8)
        try patch(world.store, "current", key) { row in
            guard let place = row.firstIndex(of: name[0]) else { return }
            row[place] ^= 0x20
        }
        #expect(throws: ViewFault.damagedRow(table: "current", key: key)) {
            try world.store.read { try $0.resource(world.tenant) }
        }
        let other = try world.site.store("other")
        try world.ledger.fold(into: other)
        #expect(throws: ViewFault.damagedRow(table: "current", key: key)) {
            try world.store.differences(from: other)
        }
    }

    @Test func `a row moved under another key is noticed`() throws {
        var world = try World()
        let (tenant, partner): (TenantID, PartnerID) = (world.ledger.id(), world.partner)
        try world.decide { transaction, _ in
            try Tenant.register(
                .create(["name": "B", "partner_id": .string(partner.text), "slug": "b"]),
                as: tenant,
                secret: nil,
                by: .everything,
                facts: transaction
            )
        }
        let table = try world.store.state.table("current")
        let stolen = try world.store.state.read { (read) throws(StorageError) in
            try read.get(table, Array(tenant.text.utf8))
        }
        try patch(world.store, "current", Array(world.tenant.text.utf8)) { row in row = stolen ?? [] }
        #expect(throws: ViewFault.self) { try world.store.read { try $0.resource(world.tenant) } }
    }

    @Test func `a row taken out shows in the table's sum`() throws {
        let world = try World()
        let table = try world.store.state.table("slugs")
        var write = try world.store.state.beginWrite()
        try write.delete(table, Array("partner".utf8) + [0] + Array("acme".utf8))
        try write.commit()
        let twin = try world.site.store()
        let found = try world.store.differences(from: twin)
        #expect(found.map(\.table) == ["slugs", "slugs"])
        #expect(found.allSatisfy { $0.key.isEmpty })
    }

    @Test func `views sealed under another key are damaged, and those of another layout are not read`() throws {
        let world = try World()
        let stranger = try world.site.store(tagKey: 8)
        #expect(throws: ViewFault.self) { try stranger.applied() }
        try patch(world.store, "meta", Array("applied".utf8)) { $0[7] ^= 0xFF }
        #expect(throws: ViewFault.otherLayout) { try world.store.applied() }
        #expect(throws: ViewFault.otherLayout) { try world.store.beginTransaction() }
    }

    @Test func `what differs is named`() throws {
        var world = try World()
        let other = try world.site.store("other")
        try world.ledger.fold(into: other)
        let tenant = world.tenant
        try world.decide { transaction, _ in
            try Tenant.update(tenant, .update(["name": "Coyote"]), ifVersion: nil, by: .everything, facts: transaction)
        }
        let differences = try world.store.differences(from: other, limit: 100)
        #expect(differences.contains { $0.table == "current" && $0.key == Array(tenant.text.utf8) })
        #expect(differences.contains { $0.table == "versions" && $0.ours != nil && $0.theirs == nil })
        #expect(differences.contains { $0.table == "meta" })
        #expect(try world.store.differences(from: other, limit: 2).count == 2)
        #expect(try other.differences(from: world.store, limit: 100).contains { $0.ours == nil && $0.theirs != nil })
    }
}
