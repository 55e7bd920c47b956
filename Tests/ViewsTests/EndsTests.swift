import Identity
import Storage
import Testing
import Views
import Wire

/// What ends by itself, on the revocations of tokens: there as long as it lasts, for every reader by its own time.
struct EndsTests {
    private func revocation(
        of token: TokenID,
        in world: World,
        seconds: Int64,
        schema: Int64 = 2,
    ) throws -> Event {
        let type = try #require(EntryType.named("token.revoked", schema: schema))
        let end = world.ledger.now.adding(seconds: seconds)
        return Event(
            type,
            chain: .tenant(world.tenant),
            stream: token.text,
            data: ["application_id": .string(world.application.text), "expires_at": .string(end.text)]
        )
    }

    private static func isRevoked(_ token: TokenID, _ reader: some RowReader, at moment: Instant) throws -> Bool {
        try reader.lasts(token, at: moment)
    }

    @Test func `a token is taken back once, and not after its end`() throws {
        var world = try World()
        let token: TokenID = world.ledger.id()
        let (application, tenant) = (world.application, world.tenant)
        let end = world.ledger.now.adding(seconds: 60)
        let revoke = { (transaction: ViewTransaction, now: Instant) in
            try Token.revoke(
                token,
                of: .application(application),
                chain: .tenant(tenant),
                expiresAt: end,
                at: now,
                facts: transaction
            )
        }
        var sizes: [UInt64] = []
        for _ in 0..<2 {
            try world.decide { transaction, ledger in try revoke(transaction, ledger.now) }
            sizes.append(world.ledger.size)
        }
        #expect(sizes[0] == sizes[1])
        try world.store.read { views throws in
            #expect(try Self.isRevoked(token, views, at: end.adding(microseconds: -1)))
            #expect(try !Self.isRevoked(token, views, at: end))
            #expect(try views.resource(token) == nil, "it is no resource of a version that is kept for ever")
        }
        #expect(try revoke(world.store.beginTransaction(), end).isEmpty)
    }

    @Test func `it lasts until its end, swept or not, and as of before it is there for ever`() throws {
        var world = try World()
        let token: TokenID = world.ledger.id()
        let (start, index) = (world.ledger.now, world.ledger.size)
        let end = start.adding(seconds: 2)
        try world.write(try revocation(of: token, in: world, seconds: 2))
        let check = { (world: World, isSwept: Bool) throws in
            #expect(try world.rows(of: "activities") == (isSwept ? 0 : 1))
            #expect(try world.rows(of: "ends") == (isSwept ? 0 : 1))
            #expect(try world.rows(of: "intervals") == 1)
            try world.store.read { views throws in
                #expect(try Self.isRevoked(token, views, at: end.adding(microseconds: -1)) == !isSwept)
                #expect(try !Self.isRevoked(token, views, at: end))
                #expect(try Self.isRevoked(token, views.at(index), at: start))
                #expect(try Self.isRevoked(token, views.at(index + 1), at: end.adding(microseconds: -1)))
                #expect(try !Self.isRevoked(token, views.at(index + 1), at: end))
                #expect(try !Self.isRevoked(token, views.at(index - 1), at: start))
            }
        }
        try check(world, false)
        world.ledger.now = end.adding(seconds: Sweep.delaySeconds + Sweep.gatheringSeconds).adding(microseconds: -1)
        #expect(try world.sweep() == 0)
        try check(world, false)
        world.ledger.now = end.adding(seconds: Sweep.delaySeconds + Sweep.gatheringSeconds)
        #expect(try world.sweep() == 1)
        try check(world, true)
        world.ledger.now = world.ledger.now.adding(seconds: 86_400)
        #expect(try world.sweep() == 0, "where nothing ends nothing is written")
        try world.checkRebuild()
    }

    @Test func `entries of both schemas make one ledger: the first one's are resources as well`() throws {
        var world = try World()
        let (old, new): (TokenID, TokenID) = (world.ledger.id(), world.ledger.id())
        try world.write(try revocation(of: old, in: world, seconds: 60, schema: 1))
        try world.write(try revocation(of: new, in: world, seconds: 60))
        let now = world.ledger.now
        try world.store.read { views throws in
            for token in [old, new] { #expect(try Self.isRevoked(token, views, at: now)) }
            #expect(try views.resource(old)?.version == 1)
            #expect(try views.resource(new) == nil)
        }
        world.ledger.now = now.adding(seconds: 60 + Sweep.delaySeconds + Sweep.gatheringSeconds)
        #expect(try world.sweep() == 1)
        #expect(try world.rows(of: "activities") == 0)
        try world.store.read { views throws in
            #expect(try views.resource(old)?.version == 1, "schema 1 folds as it did")
        }
        try world.checkRebuild()
    }

    @Test func `of four hundred revocations no row to look up is left, and one entry says so`() throws {
        var world = try World()
        for number in 0..<400 {
            try world.write(try revocation(of: world.ledger.id(), in: world, seconds: Int64(60 + number)))
        }
        let (size, lists) = (world.ledger.size, ["current", "versions", "facets", "counts", "count_versions"])
        let before = try lists.map { try world.rows(of: $0) }
        #expect(try world.rows(of: "activities") == 400)
        world.ledger.now = world.ledger.now.adding(seconds: 459 + Sweep.delaySeconds + Sweep.gatheringSeconds)
        #expect(try world.sweep() == 1)
        #expect(world.ledger.size == size + 1)
        for table in ["activities", "ends"] { #expect(try world.rows(of: table) == 0) }
        #expect(try world.rows(of: "intervals") == 400)
        let after = try lists.map { try world.rows(of: $0) }
        #expect(after == before)
        try world.checkRebuild()
    }

    @Test func `a sweep takes five thousand rows in the order of their ends, and of one end, too`() throws {
        var world = try World()
        // The first 5,100 end in one second.
        let events = try (0..<10_400).map { number in
            try revocation(of: world.ledger.id(), in: world, seconds: number < 5_100 ? 60 : Int64(number))
        }
        for start in stride(from: 0, to: events.count, by: 1_000) {
            try world.store.write(&world.ledger, Array(events[start..<min(start + 1_000, events.count)]))
        }
        let start = world.ledger.now
        world.ledger.now = start.adding(seconds: 20_000)
        for left in [5_400, 400, 0] as [UInt64] {
            let due = try world.sweepDue()
            let until = try #require(due)
            try world.write(Event(EndsSubject.entry(.swept), chain: .platform, data: ["until": .string(until.text)]))
            for table in ["activities", "ends"] { #expect(try world.rows(of: table) == left) }
        }
        #expect(try world.sweep() == 0)
        try world.checkRebuild(commandsPerCommit: 1_000)
    }

    @Test func `what got a later end outlives the sweep of the first one`() throws {
        var world = try World()
        let token: TokenID = world.ledger.id()
        let start = world.ledger.now
        try world.write(try revocation(of: token, in: world, seconds: 60))
        try world.write(try revocation(of: token, in: world, seconds: 14_400))
        #expect(try world.rows(of: "ends") == 1)
        world.ledger.now = start.adding(seconds: 60 + Sweep.delaySeconds + Sweep.gatheringSeconds)
        #expect(try world.sweep() == 0)
        let second = world.ledger.size - 1
        try world.store.read { views throws in
            #expect(try Self.isRevoked(token, views, at: start.adding(seconds: 7_199)))
            #expect(try Self.isRevoked(token, views.at(second), at: start.adding(seconds: 7_199)))
            #expect(try !Self.isRevoked(token, views.at(second - 1), at: start.adding(seconds: 61)))
        }
        try world.checkRebuild()
    }

    @Test func `an end that was put back takes nothing with it that has another end since`() throws {
        var world = try World()
        let token: TokenID = world.ledger.id()
        let start = world.ledger.now
        try world.write(try revocation(of: token, in: world, seconds: 60))
        let environment = world.store.state
        let ends = try environment.table("ends")
        let first = try environment.read { try $0.last(ends) }
        try world.write(try revocation(of: token, in: world, seconds: 14_400))
        let row = try #require(first)
        var transaction = try environment.beginWrite()
        try transaction.put(ends, row.key, row.value)
        try transaction.commit()
        world.ledger.now = start.adding(seconds: 60 + Sweep.delaySeconds + Sweep.gatheringSeconds)
        #expect(try world.sweep() == 1)
        let now = world.ledger.now
        try world.store.read { views throws in #expect(try Self.isRevoked(token, views, at: now)) }
    }

    @Test func `a sweep of the future takes nothing that lasts`() throws {
        var world = try World()
        let token: TokenID = world.ledger.id()
        try world.write(try revocation(of: token, in: world, seconds: 60))
        let later = world.ledger.now.adding(seconds: 86_400)
        try world.write(Event(EndsSubject.entry(.swept), chain: .platform, data: ["until": .string(later.text)]))
        let now = world.ledger.now
        try world.store.read { views throws in #expect(try Self.isRevoked(token, views, at: now)) }
        try world.checkRebuild()
    }

    @Test(
        arguments: [
            ("token.revoked", "tkn_x", [:]), ("token.revoked", "tkn_x", ["expires_at": "soon"]),
            ("token.revoked", "tkn_x", ["expires_at": 7]), ("token.revoked", nil, ["expires_at": Self.anEnd]),
            ("token.revoked", "app_x", ["expires_at": Self.anEnd]),
            ("token.revoked", "tkn_x", ["expires_at": Self.anEnd, "colour": "red"]),
            ("ends.swept", nil, [:]), ("ends.swept", nil, ["until": "now"]), ("ends.swept", nil, ["until": 7]),
        ] as [(String, String?, Members)]
    )
    func `L15 what begins without an end, or ends nothing, is poison`(
        _ name: String,
        _ stream: String?,
        _ data: Members,
    ) throws {
        let world = try World()
        let type = try #require(EntryType.named(name))
        let entry = world.ledger.entries([Event(type, chain: .platform, stream: stream, data: data)])[0]
        #expect(throws: Poison.self) { try world.store.beginTransaction().fold(entry) }
    }

    private static let anEnd: JSON = "2027-01-15T08:01:00.000000Z"

    @Test func `what lasts and was told last in a run is told again as it was, and nothing else`() throws {
        var world = try World()
        let tokens: [TokenID] = (0..<5).map { _ in world.ledger.id() }
        let first = world.ledger.size
        for (token, seconds) in zip(tokens, [60, 7_200, 7_200, 7_200, 7_200] as [Int64]) {
            try world.write(try revocation(of: token, in: world, seconds: seconds))
        }
        let last = world.ledger.size - 2
        // Told again later, so its newest entry is not of the run.
        try world.write(try revocation(of: tokens[1], in: world, seconds: 7_200))
        let now = world.ledger.now.adding(seconds: 3_600)
        let told = { (chain: Place, limit: Int) in
            try world.store.beginTransaction().present.restatements(of: first...last, in: chain, at: now, limit: limit)
        }
        let events = try told(.tenant(world.tenant), 10)
        #expect(Set(events.map(\.stream)) == Set([tokens[2].text, tokens[3].text]))
        #expect(try told(.tenant(world.tenant), 1).count == 1)
        #expect(try told(.platform, 10).isEmpty)
        let original = try #require(world.ledger.commands.joined().first { $0.stream == tokens[2].text })
        let again = try #require(events.first { $0.stream == tokens[2].text })
        #expect(again.type == original.type && again.data == original.data && again.chain.text == original.chain)
        try world.store.write(&world.ledger, events)
        #expect(try told(.tenant(world.tenant), 10).isEmpty)
        try world.checkRebuild()
    }

    @Test(arguments: ActivityKind.allCases)
    func `an activity of every kind reads back from its row, and nothing that is none does`(kind: ActivityKind) throws {
        try kind.accept(RoundTrip())
    }
}

private struct RoundTrip: ActivityVisitor {
    func visit<A: ActivityWithEnd>(_ activity: A.Type) throws {
        #expect(A.activity.rawValue == A.noun && A.entry(A.begins).begunActivity == A.activity)
        let id = Identifier<A>(random: [UInt8](repeating: 1, count: 16))
        let end = Instant(microseconds: 1_800_000_001_000_001)
        let lasting = Lasting(id: id, chain: .platform, index: 7, end: end, state: A())
        let read = try #require(Lasting<A>(id, row: lasting.row))
        #expect(read.chain == .platform && read.index == 7 && read.end == end)
        #expect(read.row == lasting.row)
        for cut in lasting.row.indices { #expect(Lasting<A>(id, row: Array(lasting.row[..<cut])) == nil) }
        #expect(Lasting<A>(id, row: lasting.row + [0]) == nil)
    }
}
