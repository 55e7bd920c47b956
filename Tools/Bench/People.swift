import Engine
import EventLog
import Identity
import OpenSSL
import Wire

/// Grows a ledger of people, each of whom gets a data key of their own.
///
/// Each is registered by the rules, like a request's, but five hundred share a command: that is what makes a million of
/// them in minutes.
struct People {
    private static let perCommand = 500
    private static let perTenant = 10_000

    private let path: String
    private let people: Int
    private let secondsMax: Int

    init(_ words: Words) throws {
        path = try words.text("data")
        people = try words.number("people")
        secondsMax = try words.number("seconds")
    }

    func run() async throws {
        let founded = try Ledgers.found(at: path, .RS256)
        let instance = try await Ledgers.open(path)
        let start = ContinuousClock.now
        let caller = Ledgers.service(founded, "bench.people")
        let partner = PartnerID(random: instance.world.random(PartnerID.randomBytes))
        let tenants = (0..<(people + Self.perTenant - 1) / Self.perTenant).map { _ in
            TenantID(random: instance.world.random(TenantID.randomBytes))
        }
        try await instance.perform(RegisterPartners(ids: [partner], from: 0), by: caller)
        try await instance.perform(RegisterTenants(ids: tenants, from: 0, partners: [partner]), by: caller)
        for first in stride(from: 0, to: people, by: Self.perCommand) {
            guard ContinuousClock.now - start < .seconds(secondsMax) else {
                throw Words.Fault.failed("\(first) people in \(secondsMax) seconds")
            }
            let numbers = first..<min(first + Self.perCommand, people)
            let command = RegisterPeople(numbers: numbers, tenant: tenants[first / Self.perTenant])
            try await instance.perform(command, by: caller)
        }
        let elapsed = ContinuousClock.now - start
        try await instance.close()
        Ledgers.report(
            founded,
            [
                "people": .count(people), "seconds": .seconds(elapsed),
                "tenants": .array(tenants.map { .string($0.text) }),
            ]
        )
    }
}

private struct RegisterPeople: Command {
    let numbers: Range<Int>
    let tenant: TenantID

    var requirement: Requirement { .permission(.writes(User.self)) }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        let events = try numbers.flatMap { number in
            let body: Members = [
                "tenant_id": .string(tenant.text), "email": .string("person-\(number)@example.com"),
                "first_name": .string("Person"), "last_name": .string("Number \(number)"),
            ]
            return try User.register(
                Changes(body, for: .create),
                as: context.newID(User.self),
                secret: nil,
                by: context.authority,
                facts: context.facts
            )
        }
        return Decision(events)
    }
}
