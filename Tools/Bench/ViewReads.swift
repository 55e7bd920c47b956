import Engine
import Identity
import Views
import Wire

/// Asks the views of a populated ledger the same questions about now and about any moment before, by turns.
struct ViewReads {
    /// One turn: long enough for the clock, short enough that a busy neighbour meets both sides.
    private static let turn = Duration.milliseconds(50)
    private static let tenantsMax = 100_000

    private let path: String
    private let rounds: Int

    init(_ words: Words) throws {
        path = try words.text("data")
        rounds = try words.number("rounds")
    }

    func run() async throws {
        let instance = try await Ledgers.open(path)
        let (tenants, partners, size) = try instance.read { snapshot in
            let partners = try snapshot.members(Partner.self, in: .platform, .all, limit: 1_000).items
            var tenants: [Versioned<Tenant>] = []
            for partner in partners where tenants.count < Self.tenantsMax {
                let left = Self.tenantsMax - tenants.count
                tenants += try snapshot.members(Tenant.self, in: .partner(partner.id), .all, limit: left).items
            }
            return (tenants, partners, try snapshot.size)
        }
        let questions = Questions(views: instance.views, tenants: tenants, partners: partners, size: size)
        for _ in 0..<rounds {
            Measurement.report([
                "entries": .count(size), "tenants": .count(tenants.count),
                "by_id_now": try time(questions.byIDNow), "by_id_as_of": try time(questions.byIDAsOf),
                "list_now": try time(questions.listNow), "list_as_of": try time(questions.listAsOf),
                "union_now": try time(questions.unionNow), "union_as_of": try time(questions.unionAsOf),
            ])
        }
        try await instance.close()
    }

    /// Seconds for one question, from as many as go into a turn.
    private func time(_ ask: (inout SystemRandomNumberGenerator) throws -> Void) throws -> JSON {
        var dice = SystemRandomNumberGenerator()
        let start = ContinuousClock.now
        var (asked, elapsed) = (0, Duration.zero)
        while elapsed < Self.turn {
            for _ in 0..<16 { try ask(&dice) }
            asked += 16
            elapsed = ContinuousClock.now - start
        }
        return ["asked": .count(asked), "seconds": .seconds(elapsed)]
    }
}

private struct Questions {
    let views: ViewStore
    let tenants: [Versioned<Tenant>]
    let partners: [Versioned<Partner>]
    let size: UInt64

    func byIDNow(_ dice: inout SystemRandomNumberGenerator) throws {
        let tenant = try pick(tenants, &dice)
        try require(views.read { try $0.resource(tenant.id) } != nil)
    }

    func byIDAsOf(_ dice: inout SystemRandomNumberGenerator) throws {
        let tenant = try pick(tenants, &dice)
        let index = UInt64.random(in: tenant.createdIndex..<size, using: &dice)
        try require(views.read { try $0.at(index).resource(tenant.id) } != nil)
    }

    func listNow(_ dice: inout SystemRandomNumberGenerator) throws { try list(&dice, asOf: nil) }

    /// Over all partners: what the platform is shown.
    func unionNow(_ dice: inout SystemRandomNumberGenerator) throws { try list(partners[...], asOf: nil) }

    func unionAsOf(_ dice: inout SystemRandomNumberGenerator) throws {
        try list(partners[...], asOf: UInt64.random(in: (size / 2)..<size, using: &dice))
    }

    /// From the half of history in which a partner had a page of tenants.
    func listAsOf(_ dice: inout SystemRandomNumberGenerator) throws {
        try list(&dice, asOf: UInt64.random(in: (size / 2)..<size, using: &dice))
    }

    private func list(_ dice: inout SystemRandomNumberGenerator, asOf index: UInt64?) throws {
        try list([pick(partners, &dice)], asOf: index)
    }

    private func list(_ partners: ArraySlice<Versioned<Partner>>, asOf index: UInt64?) throws {
        let query = ListQuery(partners.map { PlaceSince(.partner($0.id)) })
        let page = try views.read { try $0.at(index).list(Tenant.self, query) }
        try require(page.items.count == query.perPage && page.total >= query.perPage)
    }

    private func pick<T>(_ all: [T], _ dice: inout SystemRandomNumberGenerator) throws -> T {
        guard let one = all.randomElement(using: &dice) else { throw Words.Fault.failed("nothing was populated") }
        return one
    }

    private func require(_ isAnswered: Bool) throws {
        guard isAnswered else { throw Words.Fault.failed("an answer is not what was populated") }
    }
}
