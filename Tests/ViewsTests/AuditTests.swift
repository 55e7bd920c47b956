import Chance
import Identity
import Testing
import Views
import Wire

/// The audit's filters, totals and pages, against entries that are simply looked through.
struct AuditTests {
    private struct Recorded {
        let index: UInt64
        let chain: String
        let actor: String?
        let type: EntryType
        let stream: String?
        let result: Event.Result
        let ip: String?
    }

    /// Many entries of few kinds, so that blocks fill and filters meet.
    private func history(_ random: inout Dice, count: Int) throws -> (World, [Recorded]) {
        var world = try World()
        var recorded = world.ledger.commands.joined().map {
            Recorded(
                index: $0.index,
                chain: $0.chain,
                actor: $0.actor,
                type: $0.type,
                stream: $0.stream,
                result: $0.result,
                ip: $0.ip
            )
        }
        let types: [EntryType] = [
            Token.entry(.issued), Token.entry(.issued), Token.entry(.issued), Token.entry(.refused),
            AuthenticationSubject.entry(.failed), Tenant.entry(.read),
        ]
        while recorded.count < count {
            let transaction = try world.store.beginTransaction()
            for _ in 0..<(1 + random.below(200)) {
                var entries = world.ledger.entries(
                    (0..<(1 + random.below(3))).map { _ in
                        let type = types[random.below(types.count)]
                        let tenant = TenantID(random.chance(60) ? "tnt_a" : "tnt_\(random.below(20))")
                        return Event(
                            type,
                            chain: tenant.map { .tenant($0) } ?? .platform,
                            stream: random.chance(50) ? "app_\(random.below(4))" : nil,
                            result: type == Token.entry(.issued) || type == Tenant.entry(.read) ? .ok : .denied
                        )
                    },
                    actor: random.chance(80) ? "app_\(random.below(4))" : nil
                )
                for place in entries.indices where random.chance(50) {
                    entries[place].ip = "10.0.0.\(random.below(3))"
                }
                for entry in entries {
                    try transaction.fold(entry)
                    recorded.append(
                        Recorded(
                            index: entry.index,
                            chain: entry.chain,
                            actor: entry.actor,
                            type: entry.type,
                            stream: entry.stream,
                            result: entry.result,
                            ip: entry.ip
                        )
                    )
                }
                try transaction.accept()
                world.ledger.write(entries)
            }
            try transaction.commit(applied: world.ledger.applied)
        }
        return (world, recorded)
    }

    private func query(_ random: inout Dice, size: UInt64) -> AuditQuery {
        var query = AuditQuery()
        if random.chance(40) { query.chains = (0..<(1 + random.below(8))).map { _ in "tnt_\(random.below(20))" } }
        if random.chance(20) { query.chains = ["tnt_a", "tnt_nobody", "tnt_a"] }
        if random.chance(30) { query.actors = ["app_\(random.below(5))"] }
        if random.chance(20) { query.types = [Token.entry(.refused)] }
        if random.chance(20) { query.types = AuditQuery.types(of: "token") }
        if random.chance(20) { query.stream = "app_\(random.below(4))" }
        if random.chance(20) { query.result = random.chance(50) ? .ok : .denied }
        if random.chance(20) { query.ip = "10.0.0.\(random.below(4))" }
        if random.chance(40) { query.from = UInt64.random(in: 0...size, using: &random) }
        if random.chance(40) { query.to = UInt64.random(in: 0...(size + 10), using: &random) }
        query.order = random.chance(50) ? .oldestFirst : .newestFirst
        query.page = 1 + random.below(random.chance(50) ? 3 : 40)
        query.perPage = 1 + random.below(30)
        return query
    }

    private func expected(_ query: AuditQuery, _ recorded: [Recorded], even: Bool) -> (indexes: [UInt64], total: Int) {
        var found = recorded.filter { entry in
            (query.chains?.contains(entry.chain) ?? true)
                && (query.actors.map { $0 == [entry.actor] } ?? true)
                && (query.types?.contains(entry.type) ?? true)
                && (query.stream.map { $0 == entry.stream } ?? true)
                && (query.result.map { $0 == entry.result } ?? true)
                && (query.ip.map { $0 == entry.ip } ?? true)
                && entry.index >= query.from && entry.index <= query.to ?? .max
                && (!even || entry.index % 2 == 0)
        }.map(\.index)
        if query.order == .newestFirst { found.reverse() }
        let page = found.dropFirst((query.page - 1) * query.perPage).prefix(query.perPage)
        return (Array(page), found.count)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `every filter, order, page and total equals looking through all entries`(seed: UInt64) throws {
        var random = Dice(seed: seed)
        let (world, recorded) = try history(&random, count: 6_000)
        try world.store.read { views throws in
            for round in 0..<600 {
                let query = query(&random, size: world.ledger.size)
                let even = random.chance(20)
                let page = try views.audit(query, matching: even ? { $0 % 2 == 0 } : nil)
                let (indexes, total) = expected(query, recorded, even: even)
                #expect(page.indexes == indexes, "seed \(seed) round \(round) \(query)")
                #expect(page.total == total, "seed \(seed) round \(round) \(query)")
                #expect(page.isExact)
            }
            let counted = try views.entryCounts()
            #expect(counted.reduce(0) { $0 + $1.count } == recorded.count)
            for (type, count) in counted { #expect(count == recorded.count { $0.type == type }) }
        }
        try world.checkRebuild(commandsPerCommit: 500)
    }

    @Test func `a transaction answers from what it kept`() throws {
        var world = try World()
        let transaction = try world.store.beginTransaction()
        var query = AuditQuery()
        query.types = [Token.entry(.issued)]
        for round in 1...300 {
            let entries = world.ledger.entries([world.tokenIssued()])
            try transaction.fold(entries[0])
            try transaction.accept()
            world.ledger.write(entries)
            if round % 50 == 0 { #expect(try transaction.audit(query).total == round) }
        }
        try transaction.commit(applied: world.ledger.applied)
        #expect(try world.store.read { try $0.audit(query).total } == 300)
        try world.checkRebuild()
    }

    @Test func `a walk that finds too little in too much says that there may be more`() throws {
        var world = try World()
        let transaction = try world.store.beginTransaction()
        for _ in 0..<1_000 {
            let entries = world.ledger.entries([Event](repeating: world.tokenIssued(), count: 120))
            for entry in entries { try transaction.fold(entry) }
            try transaction.accept()
            world.ledger.write(entries)
        }
        try transaction.commit(applied: world.ledger.applied)
        try world.store.read { views throws in
            let page = try views.audit(AuditQuery()) { _ in false }
            #expect(page.indexes.isEmpty)
            #expect(!page.isExact)
            // What is found in great number is counted to a bound.
            let many = try views.audit(AuditQuery()) { _ in true }
            #expect(many.total == AuditQuery.countedMax)
            #expect(!many.isExact)
        }
    }
}
