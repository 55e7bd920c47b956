import Engine
import EventLog
import Identity
import OpenSSL
import Patience
import Storage
import Testing
import Views
import Wire

/// What the product says of itself in entries: that the ledger was verified, and what the views came to.
@Suite(.timeLimit(.minutes(3))) struct ReportTests {
    private static func entries(_ instance: Instance, _ type: EntryType) throws -> [Entry] {
        try (0..<instance.status.size).compactMap { try instance.entry(at: $0) }.filter { $0.type == type.text }
    }

    static func replay(_ ground: Ground, _ instance: Instance, seed: UInt64) throws -> ViewReplay.Compared {
        let target = DataDirectory(simulated: SimulatedDisk(seed: seed))
        let replay = try ViewReplay(ground.directory, tables: instance.tables, keys: instance.keys, into: target)
        return try replay.compare(with: try #require(try replay.build(to: nil)))
    }

    @Test func `a verification that finds the ledger whole is written down once, with the root it came to`()
        async throws
    {
        let ground = try Ground(seed: 61)
        let instance = try await ground.open(recordsVerification: true)
        try await until { instance.integrity.verified != nil }
        for _ in 1...3 {
            _ = try await instance.perform(
                RecordEvents([Event(LedgerSubject.entry(.resumed), chain: .platform)]),
                by: .system
            )
        }
        let written = try Self.entries(instance, LedgerSubject.entry(.verified))
        #expect(written.count == 1)
        let size = UInt64(try #require(written.first?.data["size"]?.number))
        #expect(size > 0 && size <= written[0].index)
        let root = try instance.tables.environment.read { try instance.tables.range(at: size, $0).root }
        #expect(written[0].data["root"]?.text == Base64URL.encode(root.bytes))
        try await instance.close()
    }

    @Test func `a command that passes by leaves no such entry`() async throws {
        let ground = try Ground(seed: 62)
        let instance = try await ground.open()
        try await until { instance.integrity.verified != nil }
        _ = try await instance.perform(
            RecordEvents([Event(LedgerSubject.entry(.resumed), chain: .platform)]),
            by: .system
        )
        #expect(try Self.entries(instance, LedgerSubject.entry(.verified)).isEmpty)
        try await instance.close()
    }

    @Test func `views are attested every day, and a replay comes to the same sums`() async throws {
        let ground = try Ground(seed: 63)
        let instance = try await ground.open()
        let key = try #require(instance.keyRing.current).id
        for _ in 1...3 {
            for _ in 1...5 {
                let command = try ground.issue(macKey: instance.macKey, key: key)
                _ = try await instance.perform(command, by: Ground.stranger)
                ground.clock.pass(microseconds: 70_000_000)
            }
            ground.clock.pass(microseconds: 86_400_000_000)
        }
        let attested = try Self.entries(instance, ViewsSubject.entry(.attested))
        #expect(attested.count == 3)
        for entry in attested { #expect(ViewAttestation(entry.data)?.at == entry.index) }
        let compared = try Self.replay(ground, instance, seed: 1)
        #expect(compared.differences.isEmpty)
        #expect(compared.replay.attestedCount == 3)
        #expect(compared.replay.unlikeAttested.isEmpty)
        try await instance.close()
    }

    @Test func `an attestation of other views is named, with the tables that differ`() async throws {
        let ground = try Ground(seed: 64)
        let instance = try await ground.open()
        let attested = try #require(try Self.entries(instance, ViewsSubject.entry(.attested)).first)
        let later = instance.status.size
        var data = attested.data
        data["at"] = .integer(Int64(later))
        _ = try await instance.perform(
            RecordEvents([Event(ViewsSubject.entry(.attested), chain: .platform, data: data)]),
            by: .system
        )
        let unlike = try Self.replay(ground, instance, seed: 2).replay.unlikeAttested
        #expect(unlike.map(\.index) == [later])
        // Entries came since, and no partner did.
        #expect(unlike.first?.tables.contains("lengths") == true)
        #expect(unlike.first?.tables.contains("slugs") == false)
        try await instance.close()
    }

    @Test func `an attestation of less than nothing says nothing`() async throws {
        let ground = try Ground(seed: 67)
        let instance = try await ground.open()
        var data = try #require(try Self.entries(instance, ViewsSubject.entry(.attested)).first).data
        #expect(ViewAttestation(data) != nil)
        data["at"] = -1
        #expect(ViewAttestation(data) == nil)
        try await instance.close()
    }

    @Test func `what was erased since is no reason to doubt an attestation`() async throws {
        let ground = try Ground(seed: 65)
        let instance = try await ground.open()
        let key = "\(ground.founded.administrator.text)/profile"
        let erasure = Event(
            DataKeySubject.entry(.destroyed),
            chain: .platform,
            data: ["key": .string(key), "why": "asked for"]
        )
        _ = try await instance.perform(RecordEvents([erasure]), by: .system)
        try instance.keys.destroy(KeyName.data(key))
        let compared = try Self.replay(ground, instance, seed: 3)
        #expect(compared.replay.attestedCount == 1)
        #expect(compared.replay.unlikeAttested.isEmpty)
        #expect(compared.differences.isEmpty)
        try await instance.close()
    }

    @Test func `a replay beside the server opens what was sealed under keys that are younger than itself`() async throws
    {
        let ground = try Ground(seed: 68)
        let instance = try await ground.open()
        let folder = try ground.directory.keys(.readOnly)
        let key = try #require(try KeyEncryptionKey.left(in: folder))
        let epoch = try #require(try EpochKey.open(in: folder, keyEncryptionKey: key.bytes))
        let keys = try KeyStore(folder: folder, epoch: epoch, random: { _ in [] })
        let known = try instance.keys.names(prefix: "data:")
        let id = PartnerID(random: instance.world.random(16))
        let command = try Change<Partner>.registering(id, ["name": "P", "slug": "p"])
        _ = try await instance.perform(command, by: ground.service())
        #expect(try instance.keys.names(prefix: "data:") != known, "where its client came from is sealed")
        let target = DataDirectory(simulated: SimulatedDisk(seed: 5))
        let replay = try ViewReplay(ground.directory, tables: instance.tables, keys: keys, into: target)
        let compared = try replay.compare(with: try #require(try replay.build(to: nil)))
        #expect(compared.differences.isEmpty)
        try await instance.close()
    }

    @Test func `commands that lie across what is read and what is committed at once are folded whole`() async throws {
        let ground = try Ground(seed: 69)
        let instance = try await ground.open()
        for _ in 1...7 {
            let events = Array(repeating: Event(LedgerSubject.entry(.resumed), chain: .platform), count: 700)
            _ = try await instance.perform(RecordEvents(events), by: .system)
        }
        let compared = try Self.replay(ground, instance, seed: 6)
        #expect(compared.size == instance.status.size && compared.size > 4_900)
        #expect(compared.differences.isEmpty)
        // A page that is read ahead may have an entry that is none.
        let (tables, damaged) = (instance.tables, UInt64(1_500))
        let key = BigEndian.bytes(damaged)
        var write = try tables.environment.beginWrite()
        let table = try tables.environment.read { try $0.contains(tables.state, key) } ? tables.state : tables.activity
        try write.put(table, key, [1])
        try write.commit()
        let fault = #expect(throws: LedgerFault.self) { _ = try Self.replay(ground, instance, seed: 7) }
        guard case .damaged(damaged?, _)? = fault else {
            Issue.record("\(fault.debugDescription)")
            return
        }
        try await instance.close()
    }

    @Test func `views are built anew on a simulated disk too`() async throws {
        let ground = try Ground(seed: 66)
        let size: UInt64
        do {
            let instance = try await ground.open()
            size = instance.status.size
            try await instance.close()
        }
        // A row that no entry made: only views built anew are without it.
        let environment = try Environment(simulated: ground.disk, name: "views/state")
        let table = try environment.table("slugs")
        var write = try environment.beginWrite()
        try write.put(table, Array("partner\u{0}stray".utf8), [UInt8](repeating: 0, count: 16))
        try write.commit()
        let before = ground.disk.operations
        #expect(try Instance.rebuildViews(ground.directory, world: ground.clock.world) > size)
        #expect(ground.disk.operations > before)
        let rebuilt = try Environment(simulated: ground.disk, name: "views/state")
        let slugs = try rebuilt.table("slugs")
        #expect(try rebuilt.read { try $0.contains(slugs, Array("partner\u{0}stray".utf8)) } == false)
        #expect(!ground.disk.exists("views.new") && !ground.disk.exists("views.old"))
        let again = try await ground.open()
        #expect(try Self.replay(ground, again, seed: 4).differences.isEmpty)
        try await again.close()
    }
}
