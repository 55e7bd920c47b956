import Chance
import Identity
import Testing
import Views
import Wire

/// A history under way: what was written, and what the model makes of it.
struct History {
    let site: Site
    let store: ViewStore
    let seed: UInt64
    var random: Dice
    var ledger = Ledger()
    var model = Model()
    var partners: [PartnerID] = []
    var tenants: [TenantID] = []
    var applications: [ApplicationID] = []
    var tokens: [TokenID] = []

    init(seed: UInt64, _ medium: Medium = .simulated) throws {
        site = try Site(medium)
        store = try site.store()
        self.seed = seed
        random = Dice(seed: seed)
    }

    mutating func commit(commands: Int) throws {
        let transaction = try store.beginTransaction(heads: { .string($0.text) })
        for _ in 0..<commands {
            do {
                let entries = ledger.entries(try decide(transaction), actor: "app_admin", home: somePlace())
                // Some commands fail for reasons of the machine, before, amid or after what they fold.
                let failsAt = random.chance(15) ? random.below(entries.count + 1) : nil
                for entry in entries.prefix(failsAt ?? entries.count) { try transaction.fold(entry) }
                if failsAt != nil {
                    transaction.undo()
                    continue
                }
                try transaction.accept()
                ledger.write(entries)
                model.take(try entries.map { try $0.stored })
                if random.chance(20), ledger.size > 0 { try check(transaction) }
            } catch is Rejection {
                transaction.undo()
            }
            if random.chance(5) { ledger.now = ledger.now.adding(seconds: 3_600) }
        }
        try transaction.commit(applied: ledger.applied)
    }

    private mutating func somePlace() -> Place? {
        switch random.below(4) {
        case 0: nil
        case 1: .platform
        case 2: random.pick(partners).map { .partner($0) }
        default: random.pick(tenants).map { .tenant($0) }
        }
    }

    private mutating func decide(_ transaction: ViewTransaction) throws -> [Event] {
        switch random.below(19) {
        case 0: return try registerPartner(transaction)
        case 1, 2: return try registerTenant(transaction)
        case 3, 4, 5: return try registerApplication(transaction)
        case 6, 7, 8, 9: return try update(transaction)
        case 10:
            guard let id = random.pick(applications) else { return [] }
            return try Secret.rotate(
                of: id,
                to: World.newSecret(ledger.id()),
                overlapSeconds: random.chance(50) ? 60 : 0,
                now: ledger.now,
                by: .everything,
                facts: transaction
            )
        case 11, 12: return try delete(transaction)
        case 13: return try restore(transaction)
        case 14, 15: return try revoke(transaction)
        case 16:
            guard let until = try transaction.sweepDue(at: ledger.now) else { return [] }
            return [Event(EndsSubject.entry(.swept), chain: .platform, data: ["until": .string(until.text)])]
        default:
            guard let id = random.pick(applications), let application = try transaction.resource(id) else { return [] }
            return [Event(Token.entry(.issued), chain: application.chain, stream: id.text)]
        }
    }

    /// Takes back a token, or one that was taken back already, which may have ended since.
    private mutating func revoke(_ transaction: ViewTransaction) throws -> [Event] {
        guard let application = random.pick(applications) else { return [] }
        let token = random.chance(80) ? ledger.id() : random.pick(tokens) ?? ledger.id()
        let end = ledger.now.adding(seconds: Int64(1 + random.below(8_000)))
        tokens.append(token)
        return try Token.revoke(
            token,
            of: .application(application),
            chain: .platform,
            expiresAt: end,
            at: ledger.now,
            facts: transaction
        )
    }

    private mutating func someSlug() -> JSON { .string("s\(random.below(120))") }

    private mutating func registerPartner(_ transaction: ViewTransaction) throws -> [Event] {
        let id: PartnerID = ledger.id()
        var body: Members = ["name": "P", "slug": someSlug()]
        if random.chance(50) { body["max_tenants"] = .integer(Int64(random.below(6))) }
        let events = try Partner.register(
            .create(body),
            as: id,
            secret: nil,
            by: .everything,
            facts: transaction
        )
        partners.append(id)
        return events
    }

    private mutating func registerTenant(_ transaction: ViewTransaction) throws -> [Event] {
        let id: TenantID = ledger.id()
        guard let partner = random.pick(partners) else { return [] }
        let events = try Tenant.register(
            .create([
                "name": "T", "slug": someSlug(), "partner_id": .string(partner.text),
                "contact_email": "t@example.org", "status": random.chance(20) ? "SUSPENDED" : "ACTIVE",
            ]),
            as: id,
            secret: nil,
            by: .everything,
            facts: transaction
        )
        tenants.append(id)
        return events
    }

    private mutating func registerApplication(_ transaction: ViewTransaction) throws -> [Event] {
        let id: ApplicationID = ledger.id()
        var body: Members = ["name": "A", "application_type": random.chance(70) ? "SERVICE" : "SPA"]
        switch random.below(4) {
        case 0: body["scope"] = "GLOBAL"
        case 1:
            body["scope"] = "PARTNER"
            body["partner_id"] = random.pick(partners).map { .string($0.text) }
        default:
            body["scope"] = "TENANT"
            body["tenant_id"] = random.pick(tenants).map { .string($0.text) }
        }
        let events = try Application.register(
            .create(body),
            as: id,
            secret: World.newSecret(ledger.id()),
            by: .everything,
            facts: transaction
        )
        applications.append(id)
        return events
    }

    private mutating func update(_ transaction: ViewTransaction) throws -> [Event] {
        let slug = someSlug()
        let version: UInt64? = random.chance(10) ? UInt64(random.below(4)) : nil
        let status: JSON = random.chance(70) ? "ACTIVE" : "SUSPENDED"
        switch random.below(5) {
        case 0:
            guard let id = random.pick(partners) else { return [] }
            let body: Members =
                random.chance(50) ? ["slug": slug, "status": status] : ["name": slug, "contact_email": .null]
            return try Partner.update(id, .update(body), ifVersion: version, by: .everything, facts: transaction)
        case 1, 2:
            guard let id = random.pick(tenants), let partner = random.pick(partners) else { return [] }
            let body: Members =
                random.chance(40)
                ? ["partner_id": .string(partner.text)] : ["name": slug, "slug": slug, "status": status]
            return try Tenant.update(id, .update(body), ifVersion: version, by: .everything, facts: transaction)
        default:
            guard let id = random.pick(applications) else { return [] }
            let body: Members = [
                "allowed_scopes": ["a:read", .string("x:\(random.below(9))")], "name": slug, "status": status,
            ]
            return try Application.update(id, .update(body), ifVersion: version, by: .everything, facts: transaction)
        }
    }

    private mutating func delete(_ transaction: ViewTransaction) throws -> [Event] {
        let cascade = random.chance(75)
        switch random.below(4) {
        case 0:
            guard let id = random.pick(partners) else { return [] }
            return try Partner.delete(id, cascade: cascade, ifVersion: nil, by: .everything, facts: transaction)
        case 1:
            guard let id = random.pick(tenants) else { return [] }
            return try Tenant.delete(id, cascade: cascade, ifVersion: nil, by: .everything, facts: transaction)
        default:
            guard let id = random.pick(applications) else { return [] }
            return try Application.delete(id, cascade: cascade, ifVersion: nil, by: .everything, facts: transaction)
        }
    }

    /// Something deleted is back, also where something above it is not.
    private mutating func restore(_ transaction: ViewTransaction) throws -> [Event] {
        switch random.below(3) {
        case 0: try restore(partners, transaction)
        case 1: try restore(tenants, transaction)
        default: try restore(applications, transaction)
        }
    }

    private mutating func restore<R: ManagedResource>(
        _ ids: [Identifier<R>],
        _ transaction: ViewTransaction,
    ) throws -> [Event] {
        let deleted = try ids.compactMap { try transaction.resource($0) }.filter { $0.state.life == .deleted }
        guard let resource = random.pick(deleted) else { return [] }
        let data: Members = random.chance(30) ? ["status": "SUSPENDED"] : [:]
        return [R.event(.restored, resource.id, in: resource.chain, data: data)]
    }
}
