import Engine
import EventLog
import Identity
import OpenSSL
import Testing
import Views
import Wire

/// People who act from above a chain: its entries tell of which kind they are and where at home, and no more.
///
/// Nobody signs in yet, so they are handed to the engine itself, with the authority of the machine.
struct SealedActorTests {
    private static let id = "usr_7Q3mZk0Yx2"
    private static let address = "192.0.2.9"

    private static func person(at home: Place) throws -> Caller {
        let actor = Actor(
            kind: .user,
            id: id,
            role: "support",
            home: home.text,
            session: "ses_1",
            assurance: Actor.Assurance(level: .multi, methods: ["pwd", "otp"], at: Instant(seconds: 1_800_000_000))
        )
        let request = Caller.Request(
            id: "req_p",
            endpoint: "tenants.update",
            address: address,
            userAgent: "a browser",
            reason: "asked by ticket 14"
        )
        return Caller(actor: actor, credential: .machine, home: home, request: request)
    }

    private static func rename(_ tenant: TenantID, _ name: String) throws -> Change<Tenant> {
        try .changing(tenant, ["name": .string(name)])
    }

    private static func rename(_ partner: PartnerID, _ name: String) throws -> Change<Partner> {
        try .changing(partner, ["name": .string(name)])
    }

    /// The one segment that says who acted, opened.
    private static func named(_ entry: Entry, _ instance: Instance) throws -> (Entry.SealedItem, Members?) {
        let ordinal = try #require(entry.sealed.firstIndex { $0.fields.contains(SealedActor.field) })
        return (entry.sealed[ordinal], try instance.open(.init(index: entry.index, ordinal: ordinal)))
    }

    @Test func `a person is sealed in every chain below home, and stands in clear elsewhere; a program everywhere`()
        async throws
    {
        let house = try await House(seed: 401)
        let instance = house.instance
        let places: [Place] = [.platform, .partner(house.partner), .tenant(house.tenant)]
        for home in places {
            for chain in places where chain.level <= home.level {
                let event = Event(EntrySubject.entry(.listed), chain: chain)
                try await instance.record(event, by: Self.person(at: home))
                let entry = try #require(try instance.entry(at: instance.status.size - 1))
                #expect(entry.chain == chain.text && entry.type == event.type.text)
                let isAbove = home.level > chain.level
                #expect((entry.actor.id == nil) == isAbove, "\(home.text) in \(chain.text)")
                #expect(entry.sealed.contains { $0.fields.contains("actor") } == isAbove)
                if isAbove { #expect(entry.actor == Actor(kind: .user, home: home.text)) }
                #expect(String(decoding: entry.encoded, as: UTF8.self).contains(Self.id) != isAbove)
            }
        }
        let service = house.ground.service()
        try await instance.record(Event(EntrySubject.entry(.listed), chain: .tenant(house.tenant)), by: service)
        let entry = try #require(try instance.entry(at: instance.status.size - 1))
        #expect(entry.actor == service.actor)
        try await instance.close()
    }

    @Test func `one segment of the home holds who it was, why, from where, and what was searched for`() async throws {
        let house = try await House(seed: 402)
        let instance = house.instance
        let home = Place.partner(house.partner)
        let caller = try Self.person(at: home)
        _ = try await instance.perform(Self.rename(house.tenant, "Renamed"), by: caller)
        let changed = try #require(try instance.entry(at: instance.status.size - 1))
        var event = Event(EntrySubject.entry(.listed), chain: .tenant(house.tenant))
        event.sealed = [.init(subject: Self.id, key: "\(Self.id)/2027-01", fields: ["query": "search=zo%C3%AB"])]
        try await instance.record(event, by: caller)
        let read = try #require(try instance.entry(at: instance.status.size - 1))
        let fields = [
            (changed, ["actor", "ip", "reason", "user_agent"]), (read, ["actor", "ip", "query", "user_agent"]),
        ]
        for (entry, names) in fields {
            #expect(entry.sealed.count == 1)
            let (item, opened) = try Self.named(entry, instance)
            #expect(item.subject == home.text)
            #expect(item.key == "\(home.text)/actors/\(entry.recordedAt.month)")
            #expect(item.fields == names)
            #expect(opened?["actor"] == SealedActor.value(caller.actor))
            #expect(opened?["actor"]?["id"]?.text == Self.id && opened?["actor"]?["session"] == "ses_1")
            #expect(opened?["ip"]?.text == Self.address)
            for word in [Self.id, "ses_1", "multi", "ticket", Self.address, "browser", "zo%C3"] {
                #expect(!String(decoding: entry.encoded, as: UTF8.self).contains(word), "\(word)")
            }
        }
        #expect(try Self.named(changed, instance).1?["reason"] == "asked by ticket 14")
        // At home everything is as it was: the traces under a key of the person's own, the reason with the chain.
        _ = try await instance.perform(Self.rename(house.partner, "Ours"), by: caller)
        let own = try #require(try instance.entry(at: instance.status.size - 1))
        #expect(own.actor == caller.actor)
        #expect(own.sealed.map(\.fields) == [["ip", "user_agent"], ["reason"]])
        #expect(own.sealed.map(\.subject) == [Self.id, home.text])
        try await instance.close()
    }

    @Test func `each entry of a batch is judged by its own chain`() async throws {
        let house = try await House(seed: 403)
        let instance = house.instance
        let home = Place.partner(house.partner)
        let tenant = TenantID(random: instance.world.random(TenantID.randomBytes))
        let size = instance.status.size
        let body: Members = ["name": "T", "partner_id": .string(house.partner.text), "slug": "second"]
        _ = try await instance.perform(
            try Change<Tenant>.registering(tenant, body),
            by: Self.person(at: home)
        )
        let made = try House.entries(instance, from: size)
        #expect(made.map(\.type) == ["tenant.created", "partner.tenant_added"])
        #expect(made.map(\.actor.id) == [nil, Self.id])
        #expect(try Self.named(made[0], instance).1?["actor"]?["id"]?.text == Self.id)
        // A refusal counts at home, and says who was refused.
        await #expect(throws: Refusal.self) {
            _ = try await instance.perform(try Change<Tenant>.registering(tenant, body), by: Self.person(at: home))
        }
        let refused = try #require(try House.entries(instance, from: size).last)
        #expect(refused.chain == home.text && refused.actor.id == Self.id)
        try await instance.close()
    }

    @Test func `the ledger verifies, a replay comes to the same views, and a repeated request is answered from memory`()
        async throws
    {
        let house = try await House(seed: 404)
        let instance = house.instance
        let caller = try Self.person(at: .platform)
        let rename = { (name: String, body: String) in
            try await instance.perform(
                try Self.rename(house.tenant, name),
                by: caller,
                idempotency: Idempotency(
                    rawKey: Array("k1".utf8),
                    method: "POST",
                    path: "/",
                    body: Array(body.utf8),
                    macKey: instance.macKey
                ),
                encode: { _, _ in Array(name.utf8) }
            )
        }
        _ = try await rename("First", "a")
        let size = instance.status.size
        guard case .repeated(let bytes) = try await rename("Second", "a").result else {
            Issue.record("repeated")
            return
        }
        #expect(bytes == Array("First".utf8) && instance.status.size == size)
        await #expect(throws: Refusal.self) { _ = try await rename("Third", "b") }
        let colleague = { (caller: Caller) in
            var caller = caller
            caller.actor.id = "usr_colleague"
            return caller
        }(caller)
        _ = try await instance.perform(Self.rename(house.tenant, "Fourth"), by: colleague)
        let compared = try ReportTests.replay(house.ground, instance, seed: 405)
        #expect(compared.differences.isEmpty)
        #expect(compared.size == instance.status.size)
        var query = AuditQuery()
        query.actors = [Self.id]
        #expect(try instance.read { try $0.audit(query).indexes } == [size - 1])
        let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
        #expect(report.isOK && report.opened > 0, "\(report.problems)")
        try await instance.close()
    }

    @Test func `when the home's key is destroyed nobody knows any more who it was, and live views and new ones agree`()
        async throws
    {
        let house = try await House(seed: 406)
        let instance = house.instance
        _ = try await instance.perform(Self.rename(house.tenant, "Renamed"), by: Self.person(at: .platform))
        let entry = try #require(try instance.entry(at: instance.status.size - 1))
        let (item, opened) = try Self.named(entry, instance)
        #expect(opened != nil)
        let destroyed = Event(
            DataKeySubject.entry(.destroyed),
            chain: .platform,
            data: ["key": .string(item.key), "why": "test"]
        )
        _ = try await instance.perform(RecordEvents([destroyed]), by: .system)
        try instance.keys.destroy(KeyName.data(item.key))
        var query = AuditQuery()
        query.actors = [Self.id]
        #expect(try instance.read { try $0.audit(query).total } == 0)
        #expect(try ReportTests.replay(house.ground, instance, seed: 407).differences.isEmpty)
        try await instance.close()
        let again = try await house.ground.open()
        #expect(try Self.named(entry, again).1 == nil)
        #expect(try again.entry(at: entry.index)?.actor == Actor(kind: .user, home: "platform"))
        #expect(Verification(tables: again.tables, keys: again.keys, anchor: nil).run().isOK)
        try await again.close()
    }
}
