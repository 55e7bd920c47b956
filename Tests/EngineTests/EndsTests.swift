import Engine
import EventLog
import Identity
import OpenID
import OpenSSL
import Storage
import Testing
import Views
import Wire

/// What ends by itself, through the engine: it lasts as long as it was given, whatever the server lives through.
struct EndsTests {
    private static func count(_ type: String, _ instance: Instance) throws -> Int {
        try House.entries(instance, from: 0).count { $0.type == type }
    }

    private static func rows(of table: String, _ instance: Instance) throws -> UInt64 {
        try #require(try instance.views.tableHashes().first { $0.table == table }?.total.rows)
    }

    /// Lets time pass, and the writer see it.
    private static func pass(seconds: Int64, _ ground: Ground, _ instance: Instance) async throws {
        ground.clock.pass(microseconds: seconds * 1_000_000)
        _ = try await instance.perform(RecordEvents([]), by: .system)
    }

    private static func proof(_ ground: Ground, _ instance: Instance) -> ClientProof {
        ClientProof(
            clientID: ground.founded.client.text,
            secretMAC: ClientSecret.mac(ground.founded.clientSecret, key: instance.macKey)
        )
    }

    private static func token(_ ground: Ground, _ instance: Instance) async throws -> AccessToken {
        let key = try #require(instance.keyRing.current).id
        let issue = try ground.issue(macKey: instance.macKey, key: key)
        guard case .done(let token) = try await instance.perform(issue, by: Ground.stranger).result else {
            throw Refusal.failed
        }
        return token
    }

    @discardableResult
    private static func revoke(_ token: AccessToken, _ ground: Ground, _ instance: Instance) async throws -> UInt64 {
        let command = RevokeToken(proof: proof(ground, instance), token: token, issuer: .platform)
        return try await instance.perform(command, by: Ground.stranger).index
    }

    private static func isActive(_ token: AccessToken, _ ground: Ground, _ instance: Instance) async throws -> Bool {
        let inspection = InspectToken(proof: proof(ground, instance), token: token, issuer: .platform)
        return try await instance.inspect(inspection, by: Ground.stranger) != nil
    }

    @Test func `four hundred revocations cost one entry each, and one more when all are over`() async throws {
        let ground = try Ground(seed: 601)
        let instance = try await ground.open()
        let state = try House.entries(instance, from: 0).count { $0.class == .state }
        for _ in 0..<400 { try await Self.revoke(Self.token(ground, instance), ground, instance) }
        #expect(try Self.rows(of: "activities", instance) == 400)
        #expect(try House.entries(instance, from: 0).count { $0.class == .state } == state)
        try await Self.pass(seconds: 3_600 + Sweep.delaySeconds + Sweep.gatheringSeconds, ground, instance)
        for table in ["activities", "ends"] { #expect(try Self.rows(of: table, instance) == 0) }
        for _ in 1...10 { try await Self.pass(seconds: 3_600, ground, instance) }
        #expect(try Self.count("ends.swept", instance) == 1)
        #expect(try ReportTests.replay(ground, instance, seed: 601).differences.isEmpty)
        try await instance.close()
    }

    /// How a server comes to be another one.
    enum Change: String, CaseIterable {
        case restart, kill, machineStop, rebuild
    }

    @Test(arguments: Change.allCases)
    func `a revoked token stays revoked, whatever becomes of the server`(change: Change) async throws {
        let ground = try Ground(seed: 602)
        let first = try await ground.open()
        let (revoked, other) = (try await Self.token(ground, first), try await Self.token(ground, first))
        try await Self.revoke(revoked, ground, first)
        switch change {
        case .restart, .rebuild: try await first.close()
        case .kill, .machineStop:
            ground.disk.endProcesses()
            try? await first.close()
        }
        if change == .machineStop { ground.clock.reboot() }
        if change == .rebuild { _ = try Instance.rebuildViews(ground.directory, world: ground.clock.world) }
        let instance = try await ground.open()
        #expect(try await !Self.isActive(revoked, ground, instance))
        #expect(try await Self.isActive(other, ground, instance))
        let caller = try await House.caller(revoked, instance)
        #expect(throws: Rejection.unprovenToken) {
            try instance.read { try caller.authority($0, at: instance.world.wall()) }
        }
        try await instance.close()
    }

    @Test func `two seconds are two seconds behind a clock that was ahead, for a revocation and its token`()
        async throws
    {
        let ground = try Ground(seed: 603)
        let ahead = try await ground.open()
        ground.clock.stepWall(microseconds: 7_200_000_000)
        _ = try await ahead.perform(RecordEvents([]), by: .system)
        ground.clock.stepWall(microseconds: -7_200_000_000)
        var token = try await Self.token(ground, ahead)
        token.expiresAtSeconds = ahead.world.wall().seconds + 2
        let index = try await Self.revoke(token, ground, ahead)
        let entry = try #require(try ahead.entry(at: index))
        #expect(entry.recordedAt.seconds > token.expiresAtSeconds, "the ledger's time is beyond the end already")
        let isThere = {
            try ahead.read { try $0.lasts(token.id, at: ahead.world.wall()) }
        }
        #expect(try isThere())
        #expect(try await !Self.isActive(token, ground, ahead))
        ground.clock.pass(microseconds: 1_000_000)
        #expect(try isThere())
        ground.clock.pass(microseconds: 1_000_000)
        #expect(try !isThere())
        try await ahead.close()
    }

    @Test func `nothing is swept that lasts by the wall clock, though the ledger's time is beyond its end`()
        async throws
    {
        let ground = try Ground(seed: 604)
        let ahead = try await ground.open()
        ground.clock.stepWall(microseconds: 10_800_000_000)
        _ = try await ahead.perform(RecordEvents([]), by: .system)
        ground.clock.stepWall(microseconds: -10_800_000_000)
        let token = try await Self.token(ground, ahead)
        try await Self.revoke(token, ground, ahead)
        try await ahead.close()
        let instance = try await ground.open(acceptsClock: true)
        _ = try await instance.acceptClock()
        for _ in 1...3 { try await Self.pass(seconds: 900, ground, instance) }
        #expect(try await !Self.isActive(token, ground, instance))
        #expect(try Self.rows(of: "activities", instance) == 1)
        #expect(try Self.count("ends.swept", instance) == 0)
        try await instance.close()
    }

    @Test func `a disk that is kept for changes of state still takes a token back`() async throws {
        let ground = try Ground(seed: 605)
        let instance = try await ground.open()
        let token = try await Self.token(ground, instance)
        ground.disk.set(spaces: [Machine.DiskSpace(freeBytes: 1 << 20, totalBytes: 1 << 30)])
        for _ in 1...2 { try await Self.pass(seconds: 2, ground, instance) }
        await #expect(throws: Refusal.diskFull) { _ = try await Self.token(ground, instance) }
        try await Self.revoke(token, ground, instance)
        #expect(try await !Self.isActive(token, ground, instance))
        try await instance.close()
    }

    @Test(arguments: [("token.revoked", 1), ("token.revoked", 2), ("tenant.created", 1)] as [(String, Int64)])
    func `an entry of a schema that there was folds by it`(_ name: String, _ schema: Int64) throws {
        let folded = try FoldedEntry(Self.entry(name, schema))
        #expect(folded.type.text == name && folded.type.schema == schema)
        #expect(folded.type == EntryType.named(name) || schema == 1)
    }

    @Test(arguments: [("token.revoked", 3), ("token.revoked", 0), ("tenant.created", 2)] as [(String, Int64)])
    func `an entry of a schema that there never was is poison`(_ name: String, _ schema: Int64) {
        #expect(throws: Poison.self) { try FoldedEntry(Self.entry(name, schema)) }
    }

    private static func entry(_ type: String, _ schema: Int64) -> Entry {
        var entry = Entry(
            index: 7,
            id: "evt_x",
            recordedAt: Instant(seconds: 1_800_000_000),
            type: type,
            class: .state,
            actor: .system,
            chain: "platform",
            sequence: 0
        )
        entry.schema = schema
        return entry
    }

    // MARK: Retention

    /// What `retention.applied` says of a chain's activity from its beginning up to an index.
    private static func run(to last: UInt64, _ instance: Instance) throws -> (Event, removed: [Entry]) {
        let entries = try House.entries(instance, from: 0).filter {
            $0.class == .activity && $0.chain == "platform" && $0.index <= last
        }
        let (first, end) = (try #require(entries.first), try #require(entries.last))
        let leaf = try instance.tables.environment.read { try instance.tables.hash(level: 0, end.index, $0) }
        let data: Members = [
            "before_sequence": .integer(Int64(end.sequence + 1)), "chain": "platform",
            "count": .integer(Int64(entries.count)), "counters": [:], "first_index": .integer(Int64(first.index)),
            "last_index": .integer(Int64(end.index)), "last_leaf": .string(Base64URL.encode(leaf.bytes)),
        ]
        return (Event(RetentionSubject.entry(.applied), chain: .platform, data: data), entries)
    }

    @Test func `what retention removes and still lasts is told again before, so views made of the rest know of it`()
        async throws
    {
        let ground = try Ground(seed: 606)
        let instance = try await ground.open()
        var tokens: [AccessToken] = []
        for _ in 0..<4 { tokens.append(try await Self.token(ground, instance)) }
        // The first one is over when retention comes.
        tokens[0].expiresAtSeconds = instance.world.wall().seconds + 60
        for token in tokens[..<2] { try await Self.revoke(token, ground, instance) }
        let last = try await Self.revoke(tokens[2], ground, instance)
        ground.clock.pass(microseconds: 61_000_000)
        let (applied, removed) = try Self.run(to: last, instance)
        let before = instance.status.size
        let index = try await instance.perform(RecordEvents([applied]), by: .system).index
        let written = try House.entries(instance, from: before)
        #expect(
            written.filter { $0.type == "token.revoked" }.compactMap(\.stream).sorted()
                == [tokens[1], tokens[2]].map(\.id.text).sorted()
        )
        #expect(written.last?.type == "retention.applied" && written.last?.index == index)
        let original = try #require(removed.first { $0.stream == tokens[1].id.text && $0.type == "token.revoked" })
        let again = try #require(written.first { $0.stream == tokens[1].id.text })
        #expect(again.data == original.data && again.chain == original.chain && again.schema == original.schema)
        try await instance.close()

        var transaction = try instance.tables.environment.beginWrite()
        for entry in removed {
            try transaction.put(instance.tables.activity, BigEndian.bytes(entry.index), BigEndian.bytes(index))
        }
        try transaction.commit()
        #expect(Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run().problems.isEmpty)
        _ = try Instance.rebuildViews(ground.directory, world: ground.clock.world)
        let left = try await ground.open()
        for (token, isActive) in zip(tokens[1...], [false, false, true]) {
            #expect(try await Self.isActive(token, ground, left) == isActive)
        }
        #expect(try Self.rows(of: "activities", left) == 2)
        try await Self.pass(seconds: 3_600 + Sweep.delaySeconds + Sweep.gatheringSeconds, ground, left)
        #expect(try Self.rows(of: "activities", left) == 0)
        try await left.close()
    }

    @Test func `a run of which more still lasts than one command says is not removed`() async throws {
        let ground = try Ground(seed: 607)
        let instance = try await ground.open()
        let end = instance.world.wall().adding(seconds: 3_600).text
        let first = instance.status.size
        for start in stride(from: 0, to: 5_001, by: 1_667) {
            let events = (start..<start + 1_667).map { number in
                Event(
                    Token.entry(.revoked),
                    chain: .platform,
                    stream: "tkn_\(number)",
                    data: ["expires_at": .string(end)]
                )
            }
            _ = try await instance.perform(RecordEvents(events), by: .system)
        }
        let last = instance.status.size - 1
        for (index, isRefused) in [(last, true), (last - 1, false)] {
            let applied = try Self.run(to: index, instance).0
            let before = instance.status.size
            if isRefused {
                await #expect(throws: Refusal.self) {
                    _ = try await instance.perform(RecordEvents([applied]), by: .system)
                }
                #expect(instance.status.size == before)
            } else {
                _ = try await instance.perform(RecordEvents([applied]), by: .system)
                #expect(instance.status.size == before + index - first + 2)
            }
        }
        try await instance.close()
    }
}
