import Identity
import OpenSSL
import Storage
import Testing
import Views
import Wire

/// The writer's own view: what it sees of a command, keeps, drops and commits.
struct ViewTransactionTests {
    private func rename(_ world: World, _ name: String) -> [FoldedEntry] {
        world.ledger.entries([
            Event(
                Tenant.entry(.updated),
                chain: .tenant(world.tenant),
                stream: world.tenant.text,
                data: ["name": .string(name)]
            )
        ])
    }

    @Test(arguments: Medium.allCases)
    func `a transaction sees the command under way and what was kept, and readers neither`(medium: Medium) throws {
        var world = try World(medium)
        let transaction = try world.store.beginTransaction()
        for name in ["B", "C"] {
            let entries = rename(world, name)
            for entry in entries { try transaction.fold(entry) }
            #expect(try transaction.resource(world.tenant)?.state.name == name)
            try transaction.accept()
            world.ledger.write(entries)
            #expect(try transaction.resource(world.tenant)?.state.name == name)
            #expect(
                try transaction.members(Tenant.self, in: .partner(world.partner), .all, limit: 5).items.map(
                    \.state.name
                ) == [
                    name
                ]
            )
            #expect(try world.store.read { try $0.resource(world.tenant)?.state.name } == "Roadrunner")
        }
        try transaction.commit(applied: world.ledger.applied)
        #expect(try world.store.read { try $0.resource(world.tenant)?.state.name } == "C")
        #expect(try world.store.applied() == world.ledger.applied)
    }

    @Test func `a transaction counts what it kept to the length of its chain`() throws {
        var world = try World()
        let chain = Place.tenant(world.tenant).text
        let before = try world.store.read { try $0.length(of: chain) }
        let transaction = try world.store.beginTransaction()
        for round in 1...3 as ClosedRange<UInt64> {
            let entries = rename(world, "Name \(round)")
            for entry in entries { try transaction.fold(entry) }
            try transaction.accept()
            world.ledger.write(entries)
            #expect(try transaction.length(of: chain) == before + round)
        }
        try transaction.commit(applied: world.ledger.applied)
        #expect(try world.store.read { try $0.length(of: chain) } == before + 3)
        try world.checkRebuild()
    }

    @Test func `undo leaves nothing of a command`() throws {
        var world = try World()
        let before = try world.store.tableHashes()
        let transaction = try world.store.beginTransaction()
        for entry in rename(world, "Gone") { try transaction.fold(entry) }
        transaction.undo()
        #expect(try transaction.resource(world.tenant)?.state.name == "Roadrunner")
        let kept = world.ledger.entries([world.tokenIssued()])
        for entry in kept { try transaction.fold(entry) }
        try transaction.accept()
        world.ledger.write(kept)
        try transaction.commit(applied: world.ledger.applied)
        for (old, new) in zip(before, try world.store.tableHashes()) where !["terms", "lengths"].contains(old.table) {
            #expect(old.total == new.total, "\(old.table)")
        }
        try world.checkRebuild()
    }

    @Test func `undo drops a command that failed half-way, and keeps those before it`() throws {
        var world = try World()
        let transaction = try world.store.beginTransaction()
        let kept = rename(world, "Kept")
        for entry in kept { try transaction.fold(entry) }
        try transaction.accept()
        world.ledger.write(kept)
        let failing = world.ledger.entries([
            Event(Tenant.entry(.deleted), chain: .tenant(world.tenant), stream: world.tenant.text),
            Event(Tenant.entry(.deleted), chain: .tenant(world.tenant), stream: world.tenant.text),
        ])
        try transaction.fold(failing[0])
        #expect(throws: Poison.self) { try transaction.fold(failing[1]) }
        #expect(throws: ViewFault.unfinishedCommand) { try transaction.accept() }
        transaction.undo()
        #expect(try transaction.resource(world.tenant)?.state.status == .active)
        try transaction.commit(applied: world.ledger.applied)
        try world.checkRebuild()
    }

    @Test func `a use that was taken back is written by the next one, and only once a minute`() throws {
        var world = try World()
        let transaction = try world.store.beginTransaction()
        let uses = { (world: World) in world.ledger.entries([world.tokenIssued()], credential: world.secret.text) }
        let first = world.ledger.now
        try transaction.fold(uses(world)[0])
        transaction.undo()
        #expect(try transaction.present.lastUse(of: world.secret) == nil)
        for seconds in [0, 59, 60] as [Int64] {
            world.ledger.now = first.adding(seconds: seconds)
            let entries = uses(world)
            try transaction.fold(entries[0])
            try transaction.accept()
            world.ledger.write(entries)
            #expect(try transaction.present.lastUse(of: world.secret) == first.adding(seconds: seconds / 60 * 60))
        }
        try transaction.commit(applied: world.ledger.applied)
        #expect(try world.store.read { try $0.present.lastUse(of: world.secret) } == first.adding(seconds: 60))
        try world.checkRebuild()
    }

    @Test func `an entry is found by its name once its command is kept`() throws {
        var world = try World()
        let names = (0..<5).map { "evt_" + Base64URL.encode([UInt8](repeating: 250 - UInt8($0) * 50, count: 16)) }
        let transaction = try world.store.beginTransaction()
        for (place, name) in names.enumerated() {
            var entries = world.ledger.entries([world.tokenIssued()])
            entries[0].id = name
            try transaction.fold(entries[0])
            if place == 2 {
                transaction.undo()
                #expect(try transaction.index(ofEntry: name) == nil)
            } else {
                try transaction.accept()
                world.ledger.write(entries)
                #expect(try transaction.index(ofEntry: name) == entries[0].index)
            }
        }
        let size = world.ledger.size
        try transaction.commit(applied: world.ledger.applied)
        let found = try world.store.read { snapshot in try names.map { try snapshot.index(ofEntry: $0) } }
        #expect(found == [size - 4, size - 3, nil, size - 2, size - 1])
        try world.checkRebuild()
    }

    @Test func `a transaction that is let go changes nothing`() throws {
        let world = try World()
        do {
            let transaction = try world.store.beginTransaction()
            for entry in rename(world, "Gone") { try transaction.fold(entry) }
            try transaction.accept()
        }
        #expect(try world.store.read { try $0.resource(world.tenant)?.state.name } == "Roadrunner")
        try world.checkRebuild()
    }

    @Test func `entries out of order and half commands are refused`() throws {
        let world = try World()
        let transaction = try world.store.beginTransaction()
        #expect(throws: ViewFault.outOfOrder(index: 0)) {
            try transaction.fold(
                FoldedEntry(
                    index: 0,
                    type: LedgerSubject.entry(.opened),
                    recordedAt: world.ledger.now,
                    chain: "platform"
                )
            )
        }
        transaction.undo()
        var half = world.ledger.entries([world.tokenIssued()])
        half[0].endsCommand = false
        try transaction.fold(half[0])
        #expect(throws: ViewFault.unfinishedCommand) { try transaction.accept() }
        #expect(throws: ViewFault.unfinishedCommand) { try transaction.commit(applied: world.ledger.applied) }
        transaction.undo()
        let whole = world.ledger.entries([world.tokenIssued()])
        try transaction.fold(whole[0])
        // The command before must be kept or undone first.
        #expect(throws: ViewFault.outOfOrder(index: whole[0].index + 1)) {
            try transaction.fold(
                FoldedEntry(
                    index: whole[0].index + 1,
                    type: Token.entry(.issued),
                    recordedAt: world.ledger.now,
                    chain: "platform"
                )
            )
        }
    }

    @Test func `a snapshot ends with its closure`() throws {
        let world = try World()
        let escaped = try world.store.read { $0 }
        #expect(throws: ViewFault.ended) { try escaped.resource(world.tenant) }
        #expect(throws: ViewFault.ended) { try escaped.list(Tenant.self, ListQuery(.partner(world.partner))) }
    }

    @Test(arguments: Medium.allCases)
    func `a full map is grown, and everything since applied is folded again`(medium: Medium) throws {
        let site = try Site(medium)
        let store = try site.store(mapBytes: 256 << 10)
        var ledger = Ledger()
        for number in 0..<600 {
            let id: PartnerID = ledger.id()
            ledger.write(
                ledger.entries([
                    Event(
                        Partner.entry(.created),
                        chain: .partner(id),
                        stream: id.text,
                        data: ["name": "A partner", "slug": .string("p\(number)"), "status": "ACTIVE"]
                    )
                ])
            )
        }
        var growths = 0
        while try store.applied()?.size != ledger.size {
            do {
                try ledger.fold(into: store, from: try store.applied()?.size ?? 0, commandsPerCommit: 100)
            } catch let error as StorageError where error.kind == .mapFull {
                growths += 1
                for part in ViewPart.allCases { try store.grow(part) }
            }
        }
        #expect(growths > 0)
        let wide = try site.store("wide")
        try ledger.fold(into: wide, commandsPerCommit: 1000)
        #expect(try store.differences(from: wide) == [])
    }

    @Test func `the heads of a chain are asked of the ledger`() throws {
        let world = try World()
        #expect(try world.store.read(heads: { .string($0.text) }) { try $0.heads(of: .platform) } == "platform")
        #expect(throws: ViewFault.headsUnknown) { try world.store.read { try $0.heads(of: .platform) } }
    }
}
