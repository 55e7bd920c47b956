import Identity
import OpenSSL
import Testing
import Views
import Wire

/// What is remembered of requests that a client may repeat.
struct IdempotencyTests {
    private let key = SHA256Hash.hash([1])
    private let fingerprint = SHA256Hash.hash([2])

    private func write(_ world: inout World, _ key: Digest, actor: String = "app_a", entries: Int = 1) throws {
        let events = [Event](repeating: world.tokenIssued(), count: entries)
        let entries = world.ledger.entries(events, actor: actor).map { entry in
            var entry = entry
            entry.idempotency = .init(key: key, fingerprint: fingerprint)
            return entry
        }
        try world.store.write(&world.ledger, entries)
    }

    @Test func `a request is remembered by its first entry, for its own actor`() throws {
        var world = try World()
        let first = world.ledger.size
        let now = world.ledger.now
        try write(&world, key, entries: 3)
        try world.store.read { views throws in
            let known = try #require(try views.present.idempotent(actor: "app_a", key: key, at: now))
            #expect(known.index == first)
            #expect(known.fingerprint == fingerprint)
            #expect(known.end == now.adding(seconds: Idempotent.keptSeconds))
            #expect(try views.present.idempotent(actor: "app_b", key: key, at: now) == nil)
            #expect(try views.present.idempotent(actor: "app_a", key: fingerprint, at: now) == nil)
        }
        try world.checkRebuild()
    }

    @Test func `after a day it is forgotten, and may be used again, swept or not`() throws {
        var world = try World()
        let start = world.ledger.now
        try write(&world, key)
        let day = start.adding(seconds: Idempotent.keptSeconds)
        try world.store.read { views throws in
            let before = day.adding(microseconds: -1)
            #expect(try views.present.idempotent(actor: "app_a", key: key, at: before) != nil)
            #expect(try views.present.idempotent(actor: "app_a", key: key, at: day) == nil)
        }
        world.ledger.now = day
        let again = world.ledger.size
        try write(&world, key)
        #expect(try world.store.read { try $0.present.idempotent(actor: "app_a", key: key, at: day)?.index } == again)
        #expect(try world.rows(of: "ends") == 1, "the first end is nobody's any more")
        try world.checkRebuild()
    }

    @Test(arguments: [1, 3, 1000])
    func `what is older than a day is swept, however many commands a commit has`(commandsPerCommit: Int) throws {
        var world = try World()
        for number in 0..<50 {
            world.ledger.now = world.ledger.now.adding(seconds: 3_600)
            try write(&world, SHA256Hash.hash(BigEndian.bytes(UInt64(number))))
            try world.sweep()
        }
        for table in ["idempotency", "ends"] { #expect(try (25...26).contains(world.rows(of: table))) }
        try world.checkRebuild(commandsPerCommit: commandsPerCommit)
    }
}
