import Identity
import OpenSSL
import Storage
import Testing
import Views
import Wire

/// Finding what people did whom the entries do not name.
struct SealedActorTests {
    private static let person = "usr_7Q3mZk0Yx2"
    private static let month = "platform/actors/2027-01"

    /// An entry of the tenant by somebody from above, who is named in a segment under a data key.
    private func act(
        _ world: inout World,
        _ person: String = person,
        of home: Place = .platform,
        under key: String = month,
        idempotency: Digest? = nil,
    ) throws {
        var entries = world.ledger.entries([world.tokenIssued()], home: home)
        entries[0].sealed = [.init(key: key, fields: ["actor", "reason"])]
        entries[0].open = { _ in ["actor": ["id": .string(person)], "reason": "asked"] }
        entries[0].idempotency = idempotency.map { .init(key: $0, fingerprint: SHA256Hash.hash([2])) }
        try world.store.write(&world.ledger, entries)
    }

    private func destroy(_ key: String, _ world: inout World) throws {
        let data: Members = ["key": .string(key), "why": "test"]
        try world.write(Event(DataKeySubject.entry(.destroyed), chain: .platform, data: data))
    }

    private func found(_ world: World, _ people: [String] = [person], at homes: [String]? = nil) throws -> AuditPage {
        var query = AuditQuery()
        query.actors = people
        query.sealedHomes = homes
        query.order = .oldestFirst
        return try world.store.read { try $0.audit(query) }
    }

    /// The views that come of the same entries where no segment of a key can be opened any more.
    private func rebuiltWithout(_ key: String, _ world: World) throws -> ViewStore {
        let rebuilt = try world.site.store("rebuilt")
        for command in world.ledger.commands {
            let transaction = try rebuilt.beginTransaction()
            for var entry in command {
                if entry.sealed.contains(where: { $0.key == key }) { entry.open = { _ in nil } }
                try transaction.fold(entry)
            }
            try transaction.accept()
            let size = (command.last?.index ?? 0) + 1
            try transaction.commit(applied: .init(size: size, root: SHA256Hash.hash(BigEndian.bytes(size))))
        }
        return rebuilt
    }

    @Test func `what somebody did is found under every key, in clear too, by those alone who may know the home`() throws
    {
        var world = try World()
        let start = world.ledger.size
        let partner = Place.partner(world.partner)
        try act(&world)
        try act(&world, of: partner, under: "\(partner.text)/actors/2027-01")
        try act(&world, under: "platform/actors/2027-02")
        try act(&world, "usr_other")
        try world.write(world.tokenIssued(), actor: Self.person)
        let cases: [([String]?, [UInt64])] = [
            (nil, [0, 1, 2, 4]), (["platform"], [0, 2, 4]), ([partner.text], [1, 4]), ([world.tenant.text], [4]),
            ([], [4]),
        ]
        for (homes, expected) in cases {
            let page = try found(world, at: homes)
            #expect(page.indexes.map { $0 - start } == expected, "\(homes ?? ["all"])")
            #expect(page.total == expected.count && page.isExact)
        }
        #expect(try found(world, [Self.person, "usr_other"]).indexes.map { $0 - start } == [0, 1, 2, 3, 4])
        #expect(try found(world, ["usr_nobody"]).total == 0)
        #expect(try found(world, []).total == 0)
        try world.checkRebuild()
    }

    @Test func `no row of the audit names them`() throws {
        var world = try World()
        try act(&world)
        for (name, _) in try world.store.tableHashes() {
            let environment = try world.store.environment(of: name)
            let table = try environment.table(name)
            try environment.read { read in
                try read.scan(table) { key, value throws -> Bool in
                    for bytes in [key.copied, value.copied] {
                        #expect(!String(decoding: bytes, as: UTF8.self).contains(Self.person), "\(name)")
                    }
                    return true
                }
            }
        }
    }

    @Test func `with the key goes everything that stood for them, and a rebuild without it is equal`() throws {
        var world = try World()
        let start = world.ledger.size
        let (sent, other) = (SHA256Hash.hash([1]), SHA256Hash.hash([3]))
        try act(&world, idempotency: sent)
        try act(&world, under: "platform/actors/2027-02", idempotency: other)
        let now = world.ledger.now
        let remembered = { (world: World, key: Digest) in
            try world.store.read { try $0.present.idempotent(actor: Self.person, key: key, at: now)?.index }
        }
        #expect(try remembered(world, sent) == start)
        try destroy(Self.month, &world)
        #expect(try found(world).indexes.map { $0 - start } == [1])
        #expect(try remembered(world, sent) == nil)
        #expect(try remembered(world, other) == start + 1)
        #expect(try world.store.differences(from: rebuiltWithout(Self.month, world)) == [])
    }

    @Test func `a request of a day ago is forgotten whole, so that its key takes nothing with it that came later`()
        throws
    {
        var world = try World()
        let sent = SHA256Hash.hash([1])
        try act(&world, idempotency: sent)
        world.ledger.now = world.ledger.now.adding(seconds: Idempotent.keptSeconds + 1)
        let again = world.ledger.size
        try act(&world, under: "platform/actors/2027-02", idempotency: sent)
        try destroy(Self.month, &world)
        let now = world.ledger.now
        let known = try world.store.read { try $0.present.idempotent(actor: Self.person, key: sent, at: now)?.index }
        #expect(known == again)
        #expect(try world.store.differences(from: rebuiltWithout(Self.month, world)) == [])
    }
}
