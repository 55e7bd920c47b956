import Engine
import EventLog
import Identity
import OpenSSL
import Views
import Wire

/// Grows a ledger of state: partners with tenants that are renamed, suspended and activated again, eight times each.
///
/// Every entry is decided by the rules, like a request's, but a hundred tenants share a command: that is what makes a
/// million entries in a minute.
struct Population {
    private static let tenantsPerCommand = 100
    private static let changesPerTenant = 8

    private let path: String
    private let entries: Int
    private let partners: Int
    private let secondsMax: Int

    init(_ words: Words) throws {
        path = try words.text("data")
        entries = try words.number("entries")
        partners = try words.number("partners")
        secondsMax = try words.number("seconds")
    }

    func run() async throws {
        let founded = try Ledgers.found(at: path, .RS256)
        let instance = try await Ledgers.open(path)
        let caller = Ledgers.service(founded, "bench.populate")
        let owners = (0..<partners).map { _ in PartnerID(random: instance.world.random(PartnerID.randomBytes)) }
        let start = ContinuousClock.now
        for part in stride(from: 0, to: partners, by: Self.tenantsPerCommand) {
            let new = owners[part..<min(part + Self.tenantsPerCommand, partners)]
            try await instance.perform(RegisterPartners(ids: Array(new), from: part), by: caller)
        }
        var tenants: [TenantID] = []
        var dice = SystemRandomNumberGenerator()
        while Int(instance.status.size) < entries {
            guard ContinuousClock.now - start < .seconds(secondsMax) else {
                throw Words.Fault.failed("\(instance.status.size) entries in \(secondsMax) seconds")
            }
            let new = (0..<Self.tenantsPerCommand).map { _ in
                TenantID(random: instance.world.random(TenantID.randomBytes))
            }
            let register = RegisterTenants(ids: new, from: tenants.count, partners: owners)
            try await instance.perform(register, by: caller)
            tenants += new
            for round in 0..<Self.changesPerTenant where Int(instance.status.size) < entries {
                var chosen: Set<TenantID> = []
                while chosen.count < Self.tenantsPerCommand, let tenant = tenants.randomElement(using: &dice) {
                    chosen.insert(tenant)
                }
                try await instance.perform(ChangeTenants(ids: Array(chosen), round: round), by: caller)
            }
        }
        let elapsed = ContinuousClock.now - start
        let size = instance.status.size
        try await instance.close()
        Ledgers.report(
            founded,
            [
                "entries": .count(size), "seconds": .seconds(elapsed),
                "partners": .array(owners.map { .string($0.text) }),
                "tenants": .array(tenants.prefix(10_000).map { .string($0.text) }),
            ]
        )
    }
}

extension Instance {
    func perform(_ command: some Command, by caller: Caller) async throws {
        _ = try await perform(command, by: caller, idempotency: nil, encode: nil)
    }
}

struct RegisterPartners: Command {
    let ids: [PartnerID]
    let from: Int

    var requirement: Requirement { .permission(.writes(Partner.self)) }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        let events = try ids.enumerated().flatMap { place, id in
            let body: Members = [
                "name": .string("Partner number \(from + place)"), "slug": .string("partner-\(from + place)"),
            ]
            return try Partner.register(
                Changes(body, for: .create),
                as: id,
                secret: nil,
                by: context.authority,
                facts: context.facts
            )
        }
        return Decision(events)
    }
}

struct RegisterTenants: Command {
    let ids: [TenantID]
    let from: Int
    let partners: [PartnerID]

    var requirement: Requirement { .permission(.writes(Tenant.self)) }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        let events = try ids.enumerated().flatMap { place, id in
            let number = from + place
            let body: Members = [
                "name": .string("Tenant number \(number)"), "slug": .string("tenant-\(number)"),
                "partner_id": .string(partners[number % partners.count].text),
                "contact_email": .string("office@tenant-\(number).example"),
            ]
            return try Tenant.register(
                Changes(body, for: .create),
                as: id,
                secret: nil,
                by: context.authority,
                facts: context.facts
            )
        }
        return Decision(events)
    }
}

private struct ChangeTenants: Command {
    let ids: [TenantID]
    let round: Int

    var requirement: Requirement { .permission(.writes(Tenant.self)) }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        let events = try ids.flatMap { id in
            let isActive = try context.facts.resource(id)?.state.status == .active
            var body: Members = ["name": .string("Tenant as of \(context.now.microseconds)")]
            // A change of status moves a tenant between sets, which is what makes intervals in those.
            if round == 0 || !isActive { body["status"] = .string(isActive ? "SUSPENDED" : "ACTIVE") }
            return try Tenant.update(
                id,
                Changes(body, for: .update),
                ifVersion: nil,
                by: context.authority,
                facts: context.facts
            )
        }
        return Decision(events)
    }
}
