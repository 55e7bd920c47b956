import Engine
import EventLog
import Identity
import OpenSSL
import Patience
import Storage
import Testing
import Views
import Wire

/// What a machine's stop costs: nothing that was acknowledged, and no time that grows with the ledger.
@Suite(.timeLimit(.minutes(3))) struct KeptStateTests {
    /// A server with a second copy of the state, which lacks the partners that came last.
    private struct Running {
        let ground: Ground
        let instance: Instance

        init(seed: UInt64) async throws {
            ground = try Ground(seed: seed)
            instance = try await ground.open(isStateKeptTwice: true)
            try await Self.register(3, instance)
            try await Self.follow(ground, instance)
            try await Self.register(2, instance)
        }

        static func register(_ count: Int, _ instance: Instance) async throws {
            for _ in 0..<count {
                let id = PartnerID(random: instance.world.random(PartnerID.randomBytes))
                let slug = JSON.string(id.text.replacing("_", with: "-").lowercased())
                _ = try await instance.perform(
                    try Change<Partner>.registering(id, ["name": "P", "slug": slug]),
                    by: .system
                )
            }
        }

        /// Waits until the second copy is where the state is now.
        static func follow(_ ground: Ground, _ instance: Instance) async throws {
            let size = try instance.views.applied()?.size ?? 0
            ground.clock.pass(microseconds: 11_000_000)
            try await until {
                let kept = try? Environment(simulated: ground.disk, name: "views/kept", options: Self.reading)
                guard let kept, let applied = try? Self.store(ground, kept).applied() else { return false }
                return applied.size >= size
            }
        }

        static let reading = Environment.Options(mapBytes: DataDirectory.mapBytes, access: .readOnly)

        static func keys(_ ground: Ground) throws -> KeyStore {
            let folder = try ground.directory.keys(.readOnly)
            let kek = try KeyEncryptionKey.left(in: folder)
            let epoch = try kek.flatMap { try EpochKey.open(in: folder, keyEncryptionKey: $0.bytes) }
            return try KeyStore(folder: folder, epoch: epoch, random: { [UInt8](repeating: 0, count: $0) })
        }

        static func store(_ ground: Ground, _ environment: Environment) throws -> ViewStore {
            let keys = try keys(ground)
            return try ViewStore(
                state: environment,
                audit: nil,
                tagKey: try #require(try keys.key(KeyName.viewRows)),
                blindKey: try #require(try keys.key(KeyName.blindIndex))
            )
        }

        func stopMachine() async throws {
            ground.disk.crash()
            try? await instance.close()
            ground.clock.reboot()
        }
    }

    private static func opened(_ instance: Instance) throws -> Members {
        try #require(
            try instance.entry(at: instance.status.size - 1).flatMap { $0.type == "ledger.opened" ? $0.data : nil }
        )
    }

    /// Opened again, whole, and with a second copy that is made anew.
    private static func expectWhole(_ ground: Ground, views: String, partners: Int) async throws {
        let instance = try await ground.open(isStateKeptTwice: true)
        let told = try opened(instance)
        #expect(told["views"]?.text == views)
        #expect(try instance.read { try $0.count(Partner.self, in: .platform) } == partners)
        #expect(try ReportTests.replay(ground, instance, seed: 9).differences.isEmpty)
        try await Running.follow(ground, instance)
        #expect(instance.status.refusal == nil)
        try await instance.close()
    }

    @Test func `after a machine's stop the second copy is the state, and the audit is made anew`() async throws {
        let running = try await Running(seed: 801)
        try await running.stopMachine()
        let instance = try await running.ground.open(isStateKeptTwice: true)
        let told = try Self.opened(instance)
        #expect(told["views"] == "from_kept" && told["audit"] == "rebuilt" && told["stop"] == "machine")
        #expect(told["altered"] == nil)
        #expect(try instance.read { try $0.count(Partner.self, in: .platform) } == 5)
        #expect(try ReportTests.replay(running.ground, instance, seed: 9).differences.isEmpty)
        // The next stop finds another one.
        try await Running.follow(running.ground, instance)
        running.ground.disk.crash()
        try? await instance.close()
        running.ground.clock.reboot()
        try await Self.expectWhole(running.ground, views: "from_kept", partners: 5)
    }

    @Test func `without a second copy a machine's stop costs a rebuild`() async throws {
        let running = try await Running(seed: 802)
        try running.ground.disk.remove("views/kept")
        try await running.stopMachine()
        try await Self.expectWhole(running.ground, views: "rebuilt", partners: 5)
    }

    @Test(arguments: ["changed", "put back", "removed"])
    func `a row of the second copy that somebody touched does not become the state`(how: String) async throws {
        let running = try await Running(seed: 803)
        try await running.stopMachine()
        let kept = try Environment(simulated: running.ground.disk, name: "views/kept", options: Self.writing)
        let current = try kept.table("current")
        var rows: [(key: [UInt8], value: [UInt8])] = []
        try kept.read {
            try $0.scan(current) { key, value in
                rows.append((key.copied, value.copied))
                return true
            }
        }
        var write = try kept.beginWrite()
        switch how {
        case "changed": try write.put(current, rows[0].key, rows[0].value.map { $0 ^ 1 })
        case "put back":
            // A row that was written and sealed, in the place of another version of it, is another row's sum.
            let older = try Self.older(of: rows, kept)
            try write.put(current, older.key, older.value)
        default: try write.delete(current, rows[0].key)
        }
        try write.commit()
        let check = ViewCheck(
            running.ground.directory,
            tables: try running.ground.directory.ledger(.readOnly),
            keys: try Running.keys(running.ground),
            world: running.ground.clock.world
        )
        #expect(check.problems(isQuick: false).contains { $0.contains("the table current") })
        try await Self.expectWhole(running.ground, views: "rebuilt", partners: 5)
        #expect(running.ground.lines.all.contains { $0.hasPrefix("the second copy of the state was altered: current") })
    }

    private static let writing = Environment.Options(mapBytes: DataDirectory.mapBytes)

    /// A row of the same table as it could have been written with its tag: that of another key's.
    private static func older(
        of rows: [(key: [UInt8], value: [UInt8])],
        _ kept: Environment,
    ) throws -> (key: [UInt8], value: [UInt8]) {
        (rows[0].key, rows[0].value.dropLast(8) + rows[1].value.suffix(8))
    }

    /// What may have become of a second copy while the server was stopped in order.
    enum Kept: CaseIterable { case missing, damaged, ofAnotherLedger, ahead }

    @Test(arguments: Kept.allCases)
    func `a second copy that cannot be used is made anew beside serving, and it is said`(kept: Kept) async throws {
        let running = try await Running(seed: 804)
        let (ground, disk) = (running.ground, running.ground.disk)
        try await running.instance.close()
        switch kept {
        case .missing: try disk.remove("views/kept")
        case .damaged:
            let environment = try Environment(simulated: disk, name: "views/kept", options: Self.writing)
            let (table, key) = (try environment.table("meta"), Array("applied".utf8))
            let mark = try #require(try environment.read { try $0.get(table, key) })
            var write = try environment.beginWrite()
            try write.put(table, key, mark.dropLast() + [mark[mark.count - 1] ^ 1])
            try write.commit()
        case .ofAnotherLedger:
            let other = try await Running(seed: 805)
            try disk.remove("views/kept")
            try Environment(simulated: other.ground.disk, name: "views/kept", options: Running.reading)
                .copy(to: disk, as: "views/kept")
            try await other.instance.close()
        case .ahead:
            // Everything but the second copy as it was before.
            for name in ["ledger", "views/state", "views/audit"] {
                try Environment(simulated: disk, name: name, options: Running.reading).copy(
                    to: disk,
                    as: "\(name).then"
                )
            }
            let files = ["anchor": ["head", "checkpoint"], "views": ["trust"]]
            let kept = try files.flatMap { folder, names in
                try names.map { (folder, $0, try SmallFiles(simulated: disk, prefix: folder).read($0) ?? []) }
            }
            let later = try await ground.open(isStateKeptTwice: true)
            try await Running.register(2, later)
            try await Running.follow(ground, later)
            try await later.close()
            for name in ["ledger", "views/state", "views/audit"] {
                try disk.remove(name)
                try disk.rename("\(name).then", to: name)
            }
            for (folder, name, bytes) in kept {
                try SmallFiles(simulated: disk, prefix: folder).write(name, bytes, mode: 0o600)
            }
        }
        let instance = try await ground.open(isStateKeptTwice: true)
        #expect(try Self.opened(instance)["views"] == "kept")
        ground.clock.pass(microseconds: 11_000_000)
        if kept != .missing {
            try await until {
                ground.lines.all.contains { $0.hasPrefix("the second copy of the state is made anew: ") }
            }
        }
        try await Running.follow(ground, instance)
        #expect(instance.status.refusal == nil)
        disk.crash()
        try? await instance.close()
        ground.clock.reboot()
        try await Self.expectWhole(ground, views: "from_kept", partners: 5)
    }

    @Test func `a second copy that is far behind is copied, not folded, and serves as well`() async throws {
        let running = try await Running(seed: 809)
        let ground = running.ground
        try await running.instance.close()
        let instance = try await ground.open(isStateKeptTwice: true, keptEntriesFoldedMax: 1)
        try await Running.register(2, instance)
        try await Running.follow(ground, instance)
        let isTold = ground.lines.all.contains { $0.hasSuffix(" entries behind") }
        #expect(isTold, "\(ground.lines.all)")
        ground.disk.crash()
        try? await instance.close()
        ground.clock.reboot()
        try await Self.expectWhole(ground, views: "from_kept", partners: 7)
    }

    @Test func `a second copy that is damaged while it follows is made anew, and no write is refused`() async throws {
        let running = try await Running(seed: 810)
        let (ground, instance) = (running.ground, running.instance)
        try await Running.follow(ground, instance)
        let kept = try Environment(simulated: ground.disk, name: "views/kept", options: Self.writing)
        let (table, key) = (try kept.table("meta"), Array("applied".utf8))
        let mark = try #require(try kept.read { try $0.get(table, key) })
        var write = try kept.beginWrite()
        try write.put(table, key, mark.dropLast() + [mark[mark.count - 1] ^ 1])
        try write.commit()
        try await Running.register(1, instance)
        ground.clock.pass(microseconds: 11_000_000)
        try await until {
            ground.lines.all.contains { $0.hasPrefix("the second copy of the state is made anew: ") }
        }
        try await Running.follow(ground, instance)
        #expect(instance.status.refusal == nil)
        try await Running.register(1, instance)
        try await instance.close()
    }

    @Test func `a second copy that is ahead is a loss's witness where nothing else is believed`() async throws {
        let running = try await Running(seed: 806)
        let (ground, disk) = (running.ground, running.ground.disk)
        try Environment(simulated: disk, name: "ledger", options: Running.reading).copy(to: disk, as: "then")
        try await Running.register(2, running.instance)
        try await Running.follow(ground, running.instance)
        try await running.stopMachine()
        try disk.remove("ledger")
        try disk.rename("then", to: "ledger")
        let anchor = try SmallFiles(simulated: disk, prefix: "anchor")
        for name in ["head", "checkpoint"] { try anchor.remove(name) }
        await #expect(throws: LedgerFault.self) { try await ground.open(isStateKeptTwice: true) }
        #expect(disk.exists("views/kept"))
    }

    @Test func `two folds of the same entries that differ refuse writes and name the table`() async throws {
        let running = try await Running(seed: 807)
        let (ground, instance) = (running.ground, running.instance)
        try await instance.close()
        // A fold that made something else of one entry, and sealed it well.
        try ground.disk.remove("views/kept")
        let kept = try Running.store(
            ground,
            Environment(simulated: ground.disk, name: "views/kept", options: Self.writing)
        )
        let tables = try ground.directory.ledger(.readOnly)
        let range = try tables.environment.read { try tables.range(at: tables.size($0), $0) }
        let transaction = try kept.beginTransaction()
        try tables.walk(0..<range.size) { line in
            guard case .entry(_, let bytes) = line else { return }
            var entry = try FoldedEntry(Entry(decoding: bytes))
            if entry.type.text == "partner.created" { entry.data["name"] = "Another" }
            try transaction.fold(entry)
            if entry.endsCommand { try transaction.accept() }
        }
        try transaction.commit(applied: ViewStore.Applied(size: range.size, root: range.root))
        let next = try await ground.open(isStateKeptTwice: true)
        ground.clock.pass(microseconds: 11_000_000)
        try await until { next.status.refusal != nil }
        #expect(next.status.refusal?.contains("the state and its second copy differ in current") == true)
        await #expect(throws: Refusal.self) { try await Running.register(1, next) }
        try? await next.close()
        // Neither is believed: the next start asks the ledger.
        try await Self.expectWhole(ground, views: "rebuilt", partners: 5)
    }

    @Test func `power cut at any operation of a start that takes the second copy loses nothing`() async throws {
        var operation = 0
        while true {
            operation += 1
            let running = try await Running(seed: 808)
            try await running.stopMachine()
            let (ground, disk) = (running.ground, running.ground.disk)
            disk.plan(.powerCut, at: disk.operations + operation)
            let first = try? await ground.open(isStateKeptTwice: true)
            guard disk.isWithoutPower else {
                try await first?.close()
                break
            }
            disk.crash()
            try? await first?.close()
            ground.clock.reboot()
            let instance = try await ground.open(isStateKeptTwice: true)
            #expect(try instance.read { try $0.count(Partner.self, in: .platform) } == 5, "operation \(operation)")
            #expect(try ReportTests.replay(ground, instance, seed: 9).differences.isEmpty, "operation \(operation)")
            try await instance.close()
        }
        #expect(operation > 10, "the sweep met its faults")
    }
}
