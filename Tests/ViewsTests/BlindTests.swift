import Identity
import Storage
import Testing
import Views
import Wire

/// Finding people and addresses that no row shows.
struct BlindTests {
    private let root = "Root@Example.ORG"

    private func withAdministrator() throws -> (world: World, user: UserID) {
        var world = try World()
        let (user, role): (UserID, RoleGrantID) = (world.ledger.id(), world.ledger.id())
        let email = root
        try world.decide { _, _ in
            User.firstAdministrator(user, role: role, email: email, passwordHash: "$argon2id$…")
        }
        return (world, user)
    }

    @Test(arguments: ["Root@Example.ORG", "root@example.org", "ROOT@EXAMPLE.ORG"])
    func `a user is found by e-mail in any case`(email: String) throws {
        let (world, user) = try withAdministrator()
        try world.store.read { views throws in
            #expect(try views.present.users(withEmail: email) == [user])
            #expect(try views.present.users(withEmail: email + "x") == [])
            #expect(try views.resource(user)?.state.email != nil)
            #expect(try views.list(RoleGrant.self, ListQuery(.platform, FacetKey("user_id", user.text))).total == 1)
        }
    }

    @Test func `a new password leaves the e-mail where it is`() throws {
        var (world, user) = try withAdministrator()
        try world.decide { transaction, _ in try User.recover(user, passwordHash: "$argon2id$2", facts: transaction) }
        #expect(try world.store.read { try $0.present.users(withEmail: root) } == [user])
        try world.checkRebuild()
    }

    @Test func `no table holds an address in clear`() throws {
        var (world, _) = try withAdministrator()
        try fromAddress(&world, "192.0.2.7", sealedUnder: nil)
        let forbidden = ["root@example.org", "192.0.2.7", "a@acme.example"].map { Array($0.utf8) }
        for (name, _) in try world.store.tableHashes() {
            let environment = try world.store.environment(of: name)
            let table = try environment.table(name)
            try environment.read { read in
                try read.scan(table) { key, value throws -> Bool in
                    for text in forbidden {
                        #expect(!key.copied.lowercased.contains(text), "\(name)")
                        #expect(!value.copied.lowercased.contains(text), "\(name)")
                    }
                    return true
                }
            }
        }
    }

    /// A token request from an address, in clear or sealed under a data key.
    private func fromAddress(_ world: inout World, _ ip: String, sealedUnder key: String?) throws {
        var entries = world.ledger.entries([world.tokenIssued()])
        if let key {
            entries[0].sealed = [.init(key: key, fields: ["ip", "user_agent"])]
            entries[0].open = { _ in ["ip": .string(ip), "user_agent": "curl"] }
        } else {
            entries[0].ip = ip
        }
        try world.store.write(&world.ledger, entries)
    }

    @Test func `entries from an address are found, in clear and sealed, until the key is destroyed`() throws {
        var world = try World()
        let start = world.ledger.size
        let key = "unknown/platform/2027-01"
        try fromAddress(&world, "192.0.2.7", sealedUnder: nil)
        try fromAddress(&world, "192.0.2.7", sealedUnder: key)
        try fromAddress(&world, "192.0.2.8", sealedUnder: key)
        try fromAddress(&world, "192.0.2.7", sealedUnder: "unknown/platform/2027-02")
        var query = AuditQuery()
        query.ip = "192.0.2.7"
        query.order = .oldestFirst
        let found = { (world: World) in try world.store.read { try $0.audit(query).indexes.map { $0 - start } } }
        #expect(try found(world) == [0, 1, 3])
        try world.write(
            Event(DataKeySubject.entry(.destroyed), chain: .platform, data: ["key": .string(key), "why": "test"])
        )
        #expect(try found(world) == [0, 3])
        // The same key name never seals again, but what the fold makes of it must still be sound.
        try fromAddress(&world, "192.0.2.7", sealedUnder: key)
        #expect(try found(world) == [0, 3, 5])
    }

    @Test func `erased rows are gone, so a rebuild that cannot open them any more is equal`() throws {
        var (world, user) = try withAdministrator()
        let key = "unknown/platform/2027-01"
        try fromAddress(&world, "192.0.2.7", sealedUnder: key)
        for destroyed in [key, SealingKey.profile.name(of: user.text)] {
            try world.write(
                Event(
                    DataKeySubject.entry(.destroyed),
                    chain: .platform,
                    data: ["key": .string(destroyed), "why": "test"]
                )
            )
        }
        #expect(try world.store.read { try $0.present.users(withEmail: root) } == [])
        let rebuilt = try world.site.store("rebuilt")
        for command in world.ledger.commands {
            let transaction = try rebuilt.beginTransaction()
            for var entry in command {
                entry.open = { _ in nil }
                try transaction.fold(entry)
            }
            try transaction.accept()
            let size = (command.last?.index ?? 0) + 1
            try transaction.commit(applied: .init(size: size, root: world.ledger.applied.root))
        }
        #expect(try world.store.differences(from: rebuilt) == [])
    }
}

extension [UInt8] {
    fileprivate var lowercased: [UInt8] { map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
}
