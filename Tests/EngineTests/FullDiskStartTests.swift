import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Testing
import Views
import Wire

/// A full disk is no reason not to start: what is there is read, and writes go on when there is free space.
@Suite(.timeLimit(.minutes(3))) struct FullDiskStartTests {
    /// More than a start has.
    private static let operationsOfAStart = 40

    /// No free space from here on.
    private static func fill(_ disk: SimulatedDisk) {
        for operation in 1...2_000 { disk.plan(.full, at: disk.operations + operation) }
    }

    private static func register(_ slug: String, _ instance: Instance, _ ground: Ground) async throws {
        let id = PartnerID(random: instance.world.random(16))
        let command = try Change<Partner>.registering(id, ["name": "P", "slug": .string(slug)])
        _ = try await instance.perform(command, by: ground.service())
    }

    private static func partners(_ instance: Instance) throws -> Int {
        try instance.read { try $0.count(Partner.self, in: .platform) }
    }

    private static func entries(_ instance: Instance, _ type: EntryType) throws -> [Entry] {
        try (0..<instance.status.size).compactMap { try instance.entry(at: $0) }.filter { $0.type == type.text }
    }

    /// A ledger with one partner, at rest, its machine started anew or not.
    private static func ground(_ seed: UInt64, reboots: Bool = false) async throws -> Ground {
        let ground = try Ground(seed: seed)
        let instance = try await ground.open()
        try await register("before", instance, ground)
        try await instance.close()
        ground.disk.endProcesses()
        if reboots { ground.clock.reboot() }
        return ground
    }

    @Test(arguments: [false, true])
    func `T5 T16 a start on a full disk answers readers, refuses writers, and goes on when there is room`(
        reboots: Bool,
    ) async throws {
        let ground = try await Self.ground(141, reboots: reboots)
        Self.fill(ground.disk)
        let instance = try await ground.open()
        #expect(instance.status.refusal == "the disk is full")
        #expect(try Self.partners(instance) == 1)
        for _ in 1...2 {
            await #expect(throws: Refusal.diskFull) { try await Self.register("full", instance, ground) }
        }
        ground.disk.forgetPlan()
        try await Self.register("after", instance, ground)
        #expect(instance.status.refusal == nil)
        #expect(try Self.partners(instance) == 2)
        #expect(try Self.entries(instance, LedgerSubject.entry(.degraded)).count == 1)
        #expect(try Self.entries(instance, LedgerSubject.entry(.resumed)).count == 1)
        // What the start owed was written before the first commit: a machine that goes down now is known to have.
        ground.disk.crash()
        ground.clock.reboot()
        try? await instance.close()
        let next = try await ground.open()
        #expect(try Self.entries(next, LedgerSubject.entry(.opened)).last?.data["stop"] == "machine")
        #expect(try Self.partners(next) == 2)
        try await next.close()
    }

    /// Fills the disk for one operation of a start, whichever it is, under a process that was closed or killed.
    @Test(arguments: 1...operationsOfAStart)
    func `T5 T28 a start that finds the disk full for a moment serves`(operation: Int) async throws {
        let ground = try await Self.ground(UInt64(200 + operation), reboots: operation % 2 == 0)
        ground.disk.plan(.full, at: ground.disk.operations + operation)
        let instance = try await ground.open()
        #expect(try Self.partners(instance) == 1)
        // A start may have fewer operations: then it is this that finds no free space.
        _ = try? await Self.register("after", instance, ground)
        ground.disk.forgetPlan()
        try await Self.register("later", instance, ground)
        #expect(instance.status.refusal == nil)
        #expect(try Self.partners(instance) >= 2)
        #expect(try Self.entries(instance, LedgerSubject.entry(.opened)).count <= 2)
        let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
        #expect(report.isOK, "\(report.problems)")
        try await instance.close()
        #expect(!ground.lines.all.contains { $0.hasPrefix("stopped") }, "\(ground.lines.all)")
    }

    @Test func `a wish for another algorithm waits for a start that finds room`() async throws {
        let ground = try await Self.ground(142)
        Self.fill(ground.disk)
        let instance = try await ground.open(algorithm: .ES256)
        #expect(instance.currentAlgorithm == .EdDSA)
        #expect(ground.lines.all.contains { $0.contains("ES256") })
        ground.disk.forgetPlan()
        try await instance.close()
        ground.disk.endProcesses()
        let next = try await ground.open(algorithm: .ES256)
        #expect(next.currentAlgorithm == .ES256)
        try await next.close()
    }

    @Test func `a table of data keys is made when there is room, and before anything is written`() async throws {
        let ground = try await Self.ground(143)
        let environment = try Environment(simulated: ground.disk, name: "ledger")
        let table = try environment.table("data_keys")
        let isWhole = { try environment.read { try $0.contains(table, [0]) } }
        var write = try environment.beginWrite()
        #expect(try write.delete(table, [0]))
        try write.commit()
        Self.fill(ground.disk)
        let instance = try await ground.open()
        #expect(try !isWhole())
        ground.disk.forgetPlan()
        try await Self.register("after", instance, ground)
        #expect(try isWhole())
        let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
        #expect(report.isOK, "\(report.problems)")
        try await instance.close()
    }

    @Test func `a directory without a name gets one when there is room, and before anything is written`() async throws {
        let ground = try await Self.ground(146)
        let top = try SmallFiles(simulated: ground.disk, prefix: "top")
        try #require(try top.remove("identity"))
        try #require(try SmallFiles(simulated: ground.disk, prefix: "anchor").remove(Anchor.ownerName))
        Self.fill(ground.disk)
        let instance = try await ground.open()
        #expect(try instance.directory.anchor(.readOnly).owner() == nil)
        ground.disk.forgetPlan()
        try await Self.register("after", instance, ground)
        #expect(try instance.directory.anchor(.readOnly).owner() != nil)
        #expect(try top.read("identity") != nil)
        try await instance.close()
    }

    /// Erases the administrator, and puts the key store back as it was before.
    ///
    /// - Returns: one of the data keys.
    private static func eraseAndPutBack(_ ground: Ground) async throws -> String {
        let first = try await ground.open()
        let folder = try ground.directory.keys()
        let older = try folder.list().map { ($0, try #require(try folder.read($0))) }
        try await first.erase(ground.founded.administrator, why: "asked for")
        try await first.close()
        for name in try folder.list() where name.hasPrefix("bundle-") { try folder.destroy(name) }
        for (name, bytes) in older { try folder.write(name, bytes) }
        ground.disk.endProcesses()
        return SealingKey.profile.name(of: ground.founded.administrator.text)
    }

    @Test func `a key that entries destroy is not wrapped anew, though there was no room to destroy it at once`()
        async throws
    {
        let ground = try Ground(seed: 145)
        let id = try await Self.eraseAndPutBack(ground)
        ground.disk.plan(.full, at: ground.disk.operations + 1)
        _ = try Instance.rewrapKeys(ground.directory, world: ground.clock.world)
        #expect(ground.disk.faultsMet.count == 1)
        let keys = try KeyStore(folder: ground.directory.keys(.readOnly), epoch: nil, random: { _ in [] })
        #expect(try keys.names(prefix: KeyName.data(id)) == [])
    }

    @Test func `a key that entries destroy opens nothing, though there is no room to destroy it`() async throws {
        let ground = try Ground(seed: 144)
        let id = try await Self.eraseAndPutBack(ground)
        Self.fill(ground.disk)
        let instance = try await ground.open()
        #expect(try instance.keys.key(KeyName.data(id)) == nil)
        #expect(instance.keys.isDestroyed(KeyName.data(id)))
        #expect(try instance.keys.names(prefix: KeyName.data(id)) == [KeyName.data(id)], "it is still there")
        ground.disk.forgetPlan()
        try await Self.register("after", instance, ground)
        #expect(try instance.keys.names(prefix: KeyName.data(id)) == [], "it was destroyed before the first commit")
        try await instance.close()
    }
}
