import Engine
import EventLog
import Identity
import OpenSSL
import Patience
import Storage
import Testing
import Views
import Wire

/// A stopped directory that somebody has edited who can write its files: nothing of that becomes a right, and nothing
/// is written behind it.
@Suite(.timeLimit(.minutes(5))) struct AlteredDirectoryTests {
    /// A ledger with a tenant that was changed since, and its files, stopped.
    private struct Stopped {
        let ground: Ground
        let partner: PartnerID
        let tenant: TenantID
        /// The rows of the tenant's heads and of its state as they were before the last changes.
        let earlier: [(environment: String, table: String, key: [UInt8], row: [UInt8])]

        init(seed: UInt64) async throws {
            ground = try Ground(seed: seed)
            let instance = try await ground.open()
            partner = PartnerID(random: instance.world.random(16))
            tenant = TenantID(random: instance.world.random(16))
            let registered = try Change<Partner>.registering(partner, ["name": "P", "slug": "partner"])
            _ = try await instance.perform(registered, by: ground.service())
            let body: Members = [
                "name": "T", "slug": "tenant", "partner_id": .string(partner.text), "contact_email": "t@example.com",
            ]
            _ = try await instance.perform(try Change<Tenant>.registering(tenant, body), by: ground.service())
            try await instance.close()
            let chain = Array(tenant.text.utf8) + [0]
            var rows: [(String, String, [UInt8], [UInt8])] = []
            for (environment, table, key) in [
                ("ledger", "chains", chain + Array("state".utf8)), ("ledger", "streams", Array(tenant.text.utf8)),
                ("views/state", "current", Array(tenant.text.utf8)), ("views/state", "meta", Array("applied".utf8)),
            ] {
                rows.append((environment, table, key, try #require(try Self.row(ground, environment, table, key))))
            }
            earlier = rows
            let again = try await ground.open()
            _ = try await again.perform(try change(["status": "SUSPENDED"]), by: ground.service())
            try await again.close()
        }

        func change(_ body: Members) throws -> Change<Tenant> { try .changing(tenant, body) }

        /// Puts a row back as it was before the last change.
        func putBack(_ table: String) throws {
            let row = try #require(earlier.first { $0.table == table })
            try edit(row.environment, table) { try $0.put($1, row.key, row.row) }
        }

        func edit(
            _ environment: String,
            _ table: String,
            _ body: (inout WriteTransaction, Table) throws -> Void,
        ) throws {
            let opened = try Self.environment(ground, environment)
            let place = try opened.table(table)
            var transaction = try opened.beginWrite()
            try body(&transaction, place)
            try transaction.commit()
        }

        /// Puts the tenant's row back, and gives its partner's a tag with which all of them add up as before.
        func putBackBalanced() throws {
            let key = Array(tenant.text.utf8)
            let tag = { (row: [UInt8]) in BigEndian.value(row, at: row.count - 8) }
            let present = try #require(try Self.row(ground, "views/state", "current", key))
            try putBack("current")
            let other = Array(partner.text.utf8)
            let row = try #require(try Self.row(ground, "views/state", "current", other))
            let earlier = try #require(try Self.row(ground, "views/state", "current", key))
            let balanced = tag(row) &+ tag(present) &- tag(earlier)
            try edit("views/state", "current") { try $0.put($1, other, row.dropLast(8) + BigEndian.bytes(balanced)) }
        }

        /// Changes the last byte of a row.
        func spoil(_ environment: String, _ table: String, _ key: [UInt8]) throws {
            var row = try #require(try Self.row(ground, environment, table, key))
            row[row.count - 1] ^= 1
            try edit(environment, table) { try $0.put($1, key, row) }
        }

        /// Writes a name over another in the entry that brought the tenant.
        func overwriteEntry() throws -> UInt64 {
            let index = try #require(try entries().first { $0.type == "tenant.created" }).index
            let key = BigEndian.bytes(index)
            let row = try #require(try Self.row(ground, "ledger", "entries.state", key))
            let text = String(decoding: row, as: UTF8.self).replacing(#""name":"T""#, with: #""name":"X""#)
            try edit("ledger", "entries.state") { try $0.put($1, key, Array(text.utf8)) }
            return index
        }

        func entries() throws -> [Entry] {
            let tables = try ground.directory.ledger(.readOnly)
            var entries: [Entry] = []
            try tables.walk(0..<(try tables.environment.read { try tables.size($0) })) { line in
                if case .entry(_, let bytes) = line { entries.append(try Entry(decoding: bytes)) }
            }
            return entries
        }

        private static func environment(_ ground: Ground, _ name: String) throws -> Environment {
            try Environment(simulated: ground.disk, name: name, options: .init(mapBytes: DataDirectory.mapBytes))
        }

        private static func row(_ ground: Ground, _ name: String, _ table: String, _ key: [UInt8]) throws -> [UInt8]? {
            let opened = try environment(ground, name)
            let place = try opened.table(table)
            return try opened.read { try $0.get(place, key) }
        }
    }

    @Test func `an entry that was written over is not folded: no start, rebuild or replay takes it`() async throws {
        let stopped = try await Stopped(seed: 701)
        let index = try stopped.overwriteEntry()
        let (directory, world) = (stopped.ground.directory, stopped.ground.clock.world)
        let fault = LedgerFault.damaged(index: index, "the entry does not have the hash that was stored for it")
        #expect(throws: fault) { try Instance.rebuildViews(directory, world: world) }
        try stopped.ground.disk.remove("views")
        await #expect(throws: fault) { try await stopped.ground.open() }
    }

    @Test func `where views have it already the verification beside serving finds it, and no later start forgets`()
        async throws
    {
        let stopped = try await Stopped(seed: 702)
        let index = try stopped.overwriteEntry()
        let instance = try await stopped.ground.open()
        try await until { instance.status.objection != nil }
        #expect(
            instance.status.objection?.contains("the ledger was altered, run muniment verify: entry \(index)") == true
        )
        try await instance.close()
        let again = try await stopped.ground.open()
        #expect(again.status.objection?.contains("entry \(index)") == true, "before anything was read again")
        await #expect(throws: Refusal.self) {
            try await again.perform(try stopped.change(["name": "N"]), by: stopped.ground.service())
        }
        try await again.close()
    }

    @Test(arguments: ["hashes", "segments"])
    func `a hash or a sealed segment that was written over is found beside serving`(table: String) async throws {
        let stopped = try await Stopped(seed: 703)
        let index = try #require(try stopped.entries().first { $0.type == "tenant.created" }).index
        try stopped.spoil("ledger", table, BigEndian.bytes(index) + (table == "segments" ? [0, 0] : []))
        let instance = try await stopped.ground.open()
        if table == "segments" {
            let found = try #require(try instance.read { try $0.resource(stopped.tenant) })
            let reference = try #require(found.state.contactEmail)
            #expect(throws: LedgerFault.self) { try instance.open(reference) }
        }
        try await until { instance.status.objection?.contains("the ledger was altered") == true }
        try await instance.close()
    }

    @Test(arguments: ["chains", "streams"], [true, false])
    func `nothing is written behind a head that was changed or put back`(table: String, isPutBack: Bool) async throws {
        let stopped = try await Stopped(seed: 704)
        let key = Array(stopped.tenant.text.utf8) + (table == "chains" ? [0] + Array("state".utf8) : [])
        if isPutBack { try stopped.putBack(table) } else { try stopped.spoil("ledger", table, key) }
        let size = try stopped.entries().count
        // What a start looks at is not this chain.
        let instance = try await stopped.ground.open()
        await #expect(throws: Refusal.self) {
            try await instance.perform(try stopped.change(["name": "N"]), by: stopped.ground.service())
        }
        #expect(instance.status.objection?.contains("the ledger was altered") == true)
        try await instance.close()
        #expect(try stopped.entries().dropFirst(size).allSatisfy { $0.chain == "platform" })
        let repaired = try Instance.repairLedger(stopped.ground.directory)
        #expect(repaired == [table: 1])
        let again = try await stopped.ground.open()
        #expect(again.status.objection?.contains("the ledger was altered") == true)
        try await again.close()
    }

    @Test func `the uses of a data key are believed once their entries say so`() async throws {
        let stopped = try await Stopped(seed: 705)
        let created = try #require(try stopped.entries().first { $0.type == "tenant.created" })
        let key = try #require(created.sealed.first { $0.fields == ["contact_email"] }).key
        try stopped.edit("ledger", "data_keys") { try $0.put($1, Array(key.utf8), BigEndian.bytes(2)) }
        let instance = try await stopped.ground.open()
        await #expect(throws: Refusal.self) {
            try await instance.perform(
                try stopped.change(["contact_email": "new@example.com"]),
                by: stopped.ground.service()
            )
        }
        #expect(instance.status.objection?.contains("the data key \(key)") == true)
        try await instance.close()
    }

    @Test(arguments: ["put back", "put back, and its tag made up for", "removed", "changed"])
    func `a row from which rights follow is seen at the start, and made anew from the ledger`(how: String)
        async throws
    {
        let stopped = try await Stopped(seed: 706)
        let key = Array(stopped.tenant.text.utf8)
        switch how {
        case "put back": try stopped.putBack("current")
        case "put back, and its tag made up for": try stopped.putBackBalanced()
        case "removed": try stopped.edit("views/state", "current") { try $0.delete($1, key) }
        default: try stopped.spoil("views/state", "current", key)
        }
        let instance = try await stopped.ground.open()
        #expect(try instance.read { try $0.resource(stopped.tenant) }?.state.status == .suspended)
        try await instance.close()
        let opened = try #require(try stopped.entries().last { $0.type == "ledger.opened" })
        #expect(opened.data["views"] == "rebuilt")
        #expect(opened.data["altered"] == ["current"])
    }

    @Test func `a mark of views that was put back has no entry folded twice`() async throws {
        let stopped = try await Stopped(seed: 710)
        try stopped.putBack("meta")
        let instance = try await stopped.ground.open()
        #expect(try instance.read { try $0.resource(stopped.tenant) }?.version == 2)
        try await instance.close()
        #expect(try stopped.entries().last { $0.type == "ledger.opened" }?.data["views"] == "rebuilt")
    }

    @Test func `an entry that the tree does not have is refused at the start`() async throws {
        let stopped = try await Stopped(seed: 709)
        let size = UInt64(try stopped.entries().count)
        try stopped.edit("ledger", "entries.state") { try $0.put($1, BigEndian.bytes(size), Array("{}".utf8)) }
        let fault = LedgerFault.damaged(index: size, "an entry stands here that the tree does not have")
        await #expect(throws: fault) { try await stopped.ground.open() }
    }

    @Test func `a row of another table of views is seen beside serving`() async throws {
        let stopped = try await Stopped(seed: 707)
        try stopped.edit("views/state", "counts") { transaction, table in
            let last = try #require(try transaction.last(table))
            try transaction.delete(table, last.key)
        }
        let instance = try await stopped.ground.open()
        try await until { instance.status.objection?.contains("the views are damaged") == true }
        try await instance.close()
        let again = try await stopped.ground.open()
        #expect(again.status.objection == nil)
        try await again.close()
        #expect(try stopped.entries().last { $0.type == "ledger.opened" }?.data["views"] == "rebuilt")
    }

    @Test func `a directory that nobody edited raises no alarm`() async throws {
        let stopped = try await Stopped(seed: 708)
        #expect(try Instance.repairLedger(stopped.ground.directory).isEmpty)
        let instance = try await stopped.ground.open()
        try await until { instance.integrity.isVerifiedOK != nil }
        _ = try await instance.perform(try stopped.change(["name": "N"]), by: stopped.ground.service())
        #expect(instance.status.objection == nil && instance.integrity.isVerifiedOK == true)
        try await instance.close()
        let opened = try #require(try stopped.entries().last { $0.type == "ledger.opened" })
        #expect(opened.data["views"] == "kept" && opened.data["altered"] == nil)
    }
}
