import Engine
import EventLog
import Identity
import Storage
import Synchronization
import Testing
import Views
import Wire

/// Each command says what its caller must be allowed, and the writer asks for it, whoever let the caller through.
struct RequirementTests {
    /// Decides on what it is given, and remembers that it was asked to.
    private final class Noting: Command {
        let requirement: Requirement
        private let events: [Event]
        private let decisions = Atomic(0)

        var count: Int { decisions.load(ordering: .relaxed) }

        init(_ requirement: Requirement, _ events: [Event]) {
            self.requirement = requirement
            self.events = events
        }

        func decide(_ context: DecisionContext) throws -> Decision<Void> {
            decisions.add(1, ordering: .relaxed)
            return Decision(events)
        }
    }

    /// A change that nobody's rules refuse.
    private static let change = [Event(LedgerSubject.entry(.verified), chain: .platform)]

    /// Scopes of the platform that do not open a write, however many they are.
    @Test(arguments: [[], ["admin:read"], ["partners:write", "tenants:write", "admin:read"], ["admin:writer"]])
    func `a token of the platform without the scope is refused by the writer, and nothing is decided`(
        _ scopes: [String]
    ) async throws {
        let ground = try Ground(seed: 411)
        let instance = try await ground.open()
        let before = instance.status.size
        let command = Noting(.permission(.writes(Partner.self)), Self.change)
        await #expect(throws: Refusal.rejected(.platformScopeMissing(.writes(Partner.self)))) {
            _ = try await instance.perform(command, by: ground.service(scopes))
        }
        #expect(command.count == 0)
        let entries = try House.entries(instance, from: before)
        #expect(entries.map(\.type) == ["access.denied"])
        #expect(entries.first?.code == "insufficient_scope")
        #expect(entries.first?.actor.id == ground.founded.client.text)
        _ = try await instance.perform(command, by: ground.service([Scope.adminWrite]))
        #expect(command.count == 1)
        try await instance.close()
    }

    /// What a token of a tenant lacks for each: the scope, or the height.
    private static let beyondTenants: [Permission] = [
        .writes(Partner.self), .writes(Tenant.self), .writes(SigningKey.self), .reads(Tenant.self), .readsAudit,
    ]

    @Test(arguments: [Application.Level.tenant, .partner])
    func `a token of a tenant without the scope is refused by the writer, in the chain of where it acts`(
        _ level: Application.Level
    ) async throws {
        let house = try await House(seed: 412)
        let client = try house.client(level)
        let token = try await house.token(of: client)
        let caller = try await House.caller(token, house.instance)
        let home = token.issuingPlace.text
        for permission in Self.beyondTenants {
            let before = house.instance.status.size
            let command = Noting(.permission(permission), Self.change)
            // A PARTNER application acts at the tenant whose issuer it asked at.
            let missing = permission.scopes(at: .tenant)
            let denied = Rejection(.forbidden(missing: missing), "access_denied", "Access denied")
            await #expect(throws: Refusal.rejected(denied), "\(permission)") {
                _ = try await house.instance.perform(command, by: caller)
            }
            #expect(command.count == 0, "\(permission)")
            let entries = try House.entries(house.instance, from: before)
            #expect(entries.map(\.type) == ["access.denied"] && entries.map(\.chain) == [home], "\(permission)")
        }
        let allowed = Noting(.permission(.writes(Application.self)), [])
        _ = try await house.instance.perform(allowed, by: caller)
        #expect(allowed.count == 1)
        try await house.instance.close()
    }

    @Test func `who has proven nothing is refused whatever is asked of a caller`() async throws {
        let ground = try Ground(seed: 413)
        let instance = try await ground.open()
        let before = instance.status.size
        let permissions = [Permission.writes(Partner.self), .reads(Application.self), .readsAudit]
        for requirement in permissions.map(Requirement.permission) + [.machine] {
            let command = Noting(requirement, Self.change)
            await #expect(throws: Refusal.rejected(.accessDenied)) {
                _ = try await instance.perform(command, by: Ground.stranger)
            }
            #expect(command.count == 0)
        }
        #expect(instance.status.size == before)
        try await instance.close()
    }

    @Test func `what the product alone does is done for no token, though it may write all of the platform`()
        async throws
    {
        let ground = try Ground(seed: 414)
        let instance = try await ground.open()
        let caller = ground.service([Scope.adminRead, Scope.adminWrite])
        let before = instance.status.size
        await #expect(throws: Refusal.rejected(.accessDenied)) {
            _ = try await instance.perform(RecordEvents(Self.change), by: caller)
        }
        #expect(try House.entries(instance, from: before).map(\.type) == ["access.denied"])
        _ = try await instance.perform(RecordEvents(Self.change), by: .system)
        #expect(try House.entries(instance, from: before).map(\.type) == ["access.denied", "ledger.verified"])
        try await instance.close()
    }

    @Test(arguments: EntryType.allCases.filter { $0.effect != .happens }.map(\.text))
    func `a command that only records fails where it decides on a change, and writes nothing of it`(
        _ name: String
    ) async throws {
        let type = try #require(EntryType.named(name))
        let ground = try Ground(seed: 415)
        let instance = try await ground.open()
        let before = instance.status.size
        let seen = Event(Partner.entry(.listed), chain: .platform)
        let command = Noting(.recording, [seen, Event(type, chain: .platform), seen])
        for caller in [ground.service(), .system] {
            await #expect(throws: Refusal.failed) { _ = try await instance.perform(command, by: caller) }
        }
        #expect(command.count == 2)
        let entries = try House.entries(instance, from: before)
        #expect(entries.map(\.type) == ["command.failed", "command.failed"])
        #expect(entries.allSatisfy { $0.result == .failed && $0.code == "internal_error" })
        _ = try await instance.perform(Noting(.recording, [seen, seen]), by: ground.service())
        #expect(
            try House.entries(instance, from: before).dropFirst(2).map(\.type) == ["partner.listed", "partner.listed"]
        )
        try await instance.close()
    }
}
