import Engine
import EventLog
import Identity
import Patience
import Storage
import Testing
import Views
import Wire

/// A person has a data key for each purpose, and all of them end together.
struct ErasureTests {
    /// The administrator acts from an address, as somebody who has signed in.
    private static func act(_ ground: Ground, _ instance: Instance) async throws -> UInt64 {
        let user = ground.founded.administrator
        let actor = Actor(
            kind: .user,
            id: user.text,
            home: "platform",
            assurance: .init(level: .single, methods: ["pwd"], at: ground.clock.world.wall())
        )
        let request = Caller.Request(
            id: "req_1",
            endpoint: "users.read",
            address: "192.0.2.7",
            userAgent: "a browser"
        )
        let caller = Caller(actor: actor, credential: .machine, home: .platform, request: request)
        let read = Event(User.entry(.read), chain: .platform, stream: user.text)
        return try await instance.perform(RecordEvents([read]), by: caller).index
    }

    private static func names(_ user: UserID, _ keys: [SealingKey]) -> [String] {
        keys.map { KeyName.data($0.name(of: user.text)) }.sorted()
    }

    private static func opened(_ instance: Instance, _ entry: Entry) throws -> [Members?] {
        try entry.sealed.indices.map { try instance.open(SealedReference(index: entry.index, ordinal: $0)) }
    }

    @Test func `the keys of a person are made when something is sealed under them, and one command ends them all`()
        async throws
    {
        let ground = try Ground(seed: 151)
        let user = ground.founded.administrator
        let instance = try await ground.open()
        let prefix = KeyName.data(user.text)
        #expect(try instance.keys.names(prefix: prefix) == Self.names(user, [.profile, .secrets]))
        let act = try await Self.act(ground, instance)
        #expect(try instance.keys.names(prefix: prefix) == Self.names(user, [.profile, .secrets, .traces]))

        let entries = try (0..<instance.status.size).compactMap { try instance.entry(at: $0) }
        let created = try #require(entries.first { $0.type == User.entry(.created).text })
        #expect(created.sealed.map(\.fields) == [["email"], ["password"]])
        let acted = try #require(try instance.entry(at: act))
        #expect(acted.request?.ip == nil && acted.sealed.map(\.fields) == [["ip", "user_agent"]])
        #expect(try (Self.opened(instance, created) + Self.opened(instance, acted)).allSatisfy { $0 != nil })

        try await instance.erase(user, why: "asked to be forgotten")
        let destroyed = try (act + 1..<instance.status.size).compactMap { try instance.entry(at: $0) }
        #expect(destroyed.map(\.type) == Array(repeating: "data_key.destroyed", count: 3))
        #expect(Set(destroyed.compactMap { $0.data["key"]?.text }).count == 3)
        #expect(destroyed.allSatisfy { $0.batch?.count == 3 }, "they are one command")
        #expect(try instance.keys.names(prefix: prefix) == [], "their bytes are gone from the disk")
        #expect(try instance.read { try $0.present.users(withEmail: "admin@example.com") } == [])
        for entry in [created, acted] {
            #expect(try Self.opened(instance, entry).allSatisfy { $0 == nil })
        }

        let size = instance.status.size
        try await instance.erase(user, why: "asked again")
        #expect(instance.status.size == size, "there is nothing left to destroy")
        try await instance.close()
        let again = try await ground.open()
        #expect(SealingKey.allCases.allSatisfy { !again.keys.holds(KeyName.data($0.name(of: user.text))) })
        let report = Verification(tables: again.tables, keys: again.keys, anchor: nil).run()
        #expect(report.isOK && report.erased > 0, "\(report.problems)")
        try await again.close()
    }

    @Test(arguments: 1...10)
    func `a disk that is full at some step of it leaves no key that opens once the entry stands`(_ step: Int)
        async throws
    {
        let ground = try Ground(seed: 160 + UInt64(step))
        let user = ground.founded.administrator
        let instance = try await ground.open()
        try await until { instance.integrity.verified != nil }
        ground.disk.plan(.full, at: ground.disk.operations + step)
        _ = try? await instance.erase(user, why: "asked to be forgotten")
        ground.disk.forgetPlan()
        let entries = try (0..<instance.status.size).compactMap { try instance.entry(at: $0) }
        if entries.contains(where: { $0.type == "data_key.destroyed" }) {
            for name in Self.names(user, [.profile, .secrets]) {
                #expect(try !instance.keys.holds(name) && instance.keys.key(name) == nil)
            }
        } else {
            #expect(instance.keys.holds(Self.names(user, [.profile])[0]), "nothing of it was done")
        }
        // What there was no free space for is done before the next commit.
        try await instance.erase(user, why: "asked again")
        _ = try await instance.perform(
            RecordEvents([Event(LedgerSubject.entry(.resumed), chain: .platform)]),
            by: .system
        )
        #expect(try instance.keys.names(prefix: KeyName.data(user.text)) == [])
        try await instance.close()
    }

    @Test func `nobody is erased who never was`() async throws {
        let ground = try Ground(seed: 152)
        let instance = try await ground.open()
        let size = instance.status.size
        await #expect(throws: Refusal.self) {
            try await instance.erase(UserID(random: [UInt8](repeating: 7, count: 16)), why: "asked")
        }
        #expect(instance.status.size == size)
        try await instance.close()
    }

    @Test func `a key that is damaged on the disk is an alarm where it is needed, and no erasure`() async throws {
        let ground = try Ground(seed: 153)
        let first = try await ground.open()
        let act = try await Self.act(ground, first)
        try await first.close()
        let instance = try await ground.open()
        // The verification beside serving has opened it: others take its place in memory.
        try await until { instance.integrity.verified != nil }
        for number in 0...256 { instance.keys.stage("other:\(number)", [1]) }
        try instance.keys.flush()
        for number in 0...256 { #expect(try instance.keys.key("other:\(number)") == [1]) }
        let folder = try ground.directory.keys()
        let name = SealingKey.traces.name(of: ground.founded.administrator.text)
        for file in try folder.list() where file.hasPrefix("bundle-") {
            let bytes = try #require(try folder.read(file))
            guard String(decoding: bytes, as: UTF8.self).contains(name) else { continue }
            try folder.write(file, [UInt8](repeating: 0, count: bytes.count))
        }
        let fault = #expect(throws: LedgerFault.self) {
            try instance.open(SealedReference(index: act, ordinal: 0))
        }
        #expect(fault?.isDamage == true)
        try await instance.close()
    }
}
