import Chance
import Identity
import OpenSSL
import Testing
import Views
import Wire

/// Views and a naive model on random histories of decisions, failures and undone commands.
struct HistoryTests {
    @Test(.timeLimit(.minutes(2)), arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `L9 lists, counts, states and the past equal the model, and a rebuild equals the views`(seed: UInt64) throws {
        var history = try History(seed: seed)
        for _ in 0..<60 {
            try history.commit(commands: 1 + history.random.below(12))
            try history.checkSome()
        }
        try history.checkRebuild()
    }

    @Test func `a history on the file system rebuilds to the same rows`() throws {
        var history = try History(seed: 77, .fileSystem)
        for _ in 0..<20 { try history.commit(commands: 10) }
        try history.checkSome()
        try history.checkRebuild()
    }
}

/// A history under way: what was written, and what the model makes of it.
private struct History {
    let place: Place
    let store: ViewStore
    let seed: UInt64
    var random: Dice
    var ledger = Ledger()
    var model = Model()
    var partners: [PartnerID] = []
    var tenants: [TenantID] = []
    var applications: [ApplicationID] = []

    init(seed: UInt64, _ medium: Medium = .simulated) throws {
        place = try Place(medium)
        store = try place.store()
        self.seed = seed
        random = Dice(seed: seed)
    }

    mutating func commit(commands: Int) throws {
        let draft = try store.draft(heads: { .string($0.text) })
        for _ in 0..<commands {
            do {
                let entries = ledger.entries(try decide(draft), actor: "app_admin")
                // Some commands fail for reasons of the machine, before, amid or after what they fold.
                let failsAt = random.chance(15) ? random.below(entries.count + 1) : nil
                for entry in entries.prefix(failsAt ?? entries.count) { try draft.fold(entry) }
                if failsAt != nil {
                    draft.undo()
                    continue
                }
                try draft.keep()
                ledger.write(entries)
                model.take(entries.map(\.stored))
                if random.chance(20), ledger.size > 0 { try check(draft, asOf: nil) }
            } catch is Rejection {
                draft.undo()
            }
            if random.chance(5) { ledger.now = ledger.now.adding(seconds: 3_600) }
        }
        try draft.commit(applied: ledger.applied)
    }

    private func pick<T>(_ list: [T], _ random: inout Dice) -> T? {
        list.isEmpty ? nil : list[random.below(list.count)]
    }

    private mutating func decide(_ draft: ViewDraft) throws -> [Event] {
        let slug = JSON.string("s\(random.below(40))")
        let version: UInt64? = random.chance(10) ? UInt64(random.below(4)) : nil
        switch random.below(14) {
        case 0:
            let id: PartnerID = ledger.id()
            let events = try Partner.register(
                .create(["name": "P", "slug": slug, "max_tenants": .integer(Int64(random.below(12)))]),
                as: id,
                by: .everything,
                facts: draft
            )
            partners.append(id)
            return events
        case 1, 2:
            let id: TenantID = ledger.id()
            guard let partner = pick(partners, &random) else { return [] }
            let events = try Tenant.register(
                .create([
                    "name": "T", "slug": slug, "partner_id": .string(partner.text), "contact_email": "t@example.org",
                    "status": random.chance(20) ? "SUSPENDED" : "ACTIVE",
                ]),
                as: id,
                by: .everything,
                facts: draft
            )
            tenants.append(id)
            return events
        case 3, 4, 5:
            return try registerApplication(draft)
        case 6:
            guard let id = pick(partners, &random) else { return [] }
            let body: Members = random.chance(50) ? ["slug": slug] : ["name": slug, "contact_email": .null]
            return try Partner.update(id, .update(body), ifVersion: version, by: .everything, facts: draft)
        case 7, 8:
            guard let id = pick(tenants, &random), let partner = pick(partners, &random) else { return [] }
            let body: Members =
                random.chance(40)
                ? ["partner_id": .string(partner.text)]
                : ["name": slug, "slug": slug, "status": random.chance(50) ? "ACTIVE" : "SUSPENDED"]
            return try Tenant.update(id, .update(body), ifVersion: version, by: .everything, facts: draft)
        case 9:
            guard let id = pick(applications, &random) else { return [] }
            let status: JSON = random.chance(50) ? "ACTIVE" : "SUSPENDED"
            return try Application.update(
                id,
                .update(["status": status, "allowed_scopes": ["a:read", .string("x:\(random.below(9))")]]),
                ifVersion: version,
                by: .everything,
                facts: draft
            )
        case 10:
            guard let id = pick(applications, &random) else { return [] }
            return try Secret.rotate(
                of: id,
                to: World.newSecret(ledger.id()),
                overlapSeconds: random.chance(50) ? 60 : 0,
                now: ledger.now,
                by: .everything,
                facts: draft
            )
        case 11:
            return try delete(draft)
        default:
            guard let id = pick(applications, &random), let application = try draft.current(id) else { return [] }
            return [Event(.tokenIssued, chain: application.state.chain, stream: id.text)]
        }
    }

    private mutating func registerApplication(_ draft: ViewDraft) throws -> [Event] {
        let id: ApplicationID = ledger.id()
        var body: Members = ["name": "A", "application_type": random.chance(70) ? "SERVICE" : "SPA"]
        switch random.below(4) {
        case 0: body["scope"] = "GLOBAL"
        case 1:
            body["scope"] = "PARTNER"
            body["partner_id"] = pick(partners, &random).map { .string($0.text) }
        default:
            body["scope"] = "TENANT"
            body["tenant_id"] = pick(tenants, &random).map { .string($0.text) }
        }
        let events = try Application.register(
            .create(body),
            as: id,
            secret: World.newSecret(ledger.id()),
            by: .everything,
            facts: draft
        )
        applications.append(id)
        return events
    }

    private mutating func delete(_ draft: ViewDraft) throws -> [Event] {
        let cascade = random.chance(60)
        switch random.below(6) {
        case 0:
            guard let id = pick(partners, &random) else { return [] }
            return try Partner.delete(id, cascade: cascade, ifVersion: nil, by: .everything, facts: draft)
        case 1, 2:
            guard let id = pick(tenants, &random) else { return [] }
            return try Tenant.delete(id, cascade: cascade, ifVersion: nil, by: .everything, facts: draft)
        default:
            guard let id = pick(applications, &random) else { return [] }
            return try Application.delete(id, ifVersion: nil, by: .everything, facts: draft)
        }
    }

    /// Now, and a few moments of the past.
    mutating func checkSome() throws {
        guard ledger.size > 0 else { return }
        let moments = (0..<3).map { _ in UInt64(random.below(Int(ledger.size))) }
        try store.read { views in
            try check(views, asOf: nil)
            for moment in moments { try check(views, asOf: moment) }
        }
    }

    private func check(_ views: some RowReader, asOf index: UInt64?) throws {
        let status = ["ACTIVE", "SUSPENDED", "DELETED"].map { Membership("status", $0) }
        var owners = partners.suffix(4).map { Membership("partner_id", $0.text) }
        try check(Partner.self, views, status.map { [$0] } + [[.all]], asOf: index)
        try check(Tenant.self, views, (status + owners).map { [$0] } + owners.map { [status[0], $0] }, asOf: index)
        owners += tenants.suffix(4).map { Membership("tenant_id", $0.text) }
        let kinds = ["SERVICE", "SPA"].map { Membership("application_type", $0) }
        try check(
            Application.self,
            views,
            (status + owners + kinds).map { [$0] } + owners.map { [$0, kinds[0], status[1]] },
            asOf: index
        )
        try check(
            Secret.self,
            views,
            applications.suffix(6).map { [Membership("application_id", $0.text)] },
            asOf: index
        )
    }

    private func check<R: Resource>(
        _ kind: R.Type,
        _ views: some RowReader,
        _ filters: [[Membership]],
        asOf index: UInt64?,
    ) throws {
        let comment = "seed \(seed), size \(ledger.size), as of \(index.map(String.init) ?? "now")"
        let moment = index ?? ledger.size
        let all = try model.all(kind, asOf: moment)
        for resource in all {
            let state: Versioned<R>? = try views.state(of: resource.id, asOf: index)
            #expect(state?.row == resource.row, "\(resource.id) \(comment)")
        }
        for filter in filters {
            let expected = all.filter { resource in
                filter.allSatisfy { resource.state.memberships.contains($0) }
            }
            var query = ListQuery()
            (query.memberships, query.asOf, query.perPage) = (filter, index, 5)
            let page = try views.list(kind, query)
            #expect(page.total == expected.count, "\(filter) \(comment)")
            #expect(page.isExact)
            #expect(page.items.map(\.row) == expected.prefix(5).map(\.row), "\(filter) \(comment)")
            query.page = 2
            #expect(try views.list(kind, query).items.map(\.id) == expected.dropFirst(5).prefix(5).map(\.id))
            if filter.count == 1 { #expect(try views.count(kind, in: filter[0], asOf: index) == expected.count) }
        }
    }

    func checkRebuild() throws {
        for commandsPerCommit in [1, 1_000] {
            let rebuilt = try place.store("rebuilt-\(commandsPerCommit)")
            try ledger.fold(into: rebuilt, commandsPerCommit: commandsPerCommit)
            #expect(try store.differences(from: rebuilt) == [], "seed \(seed)")
            for (ours, theirs) in zip(try store.tableHashes(), try rebuilt.tableHashes()) {
                #expect(ours.total == theirs.total, "seed \(seed), \(ours.table)")
            }
        }
    }
}
