import Engine
import EventLog
import Identity
import OpenID
import Storage
import Testing
import Views
import Wire

/// What stood on something that was stopped is over: nothing that comes back brings a token of before with it.
struct StoppedTokenTests {
    /// What a token stands on.
    enum Footing: String, CaseIterable, Sendable { case application, tenant, partner }

    enum Stop: String, CaseIterable, Sendable { case suspension, deletion }

    /// Whose token, what of its footing is stopped, and how.
    struct Case: Sendable, CustomTestStringConvertible {
        let level: Application.Level
        let footing: Footing
        let stop: Stop

        var testDescription: String { "\(level.rawValue): \(stop) of its \(footing)" }
    }

    static let cases = Stop.allCases.flatMap { stop in
        [Case(level: .global, footing: .application, stop: stop)]
            + [Application.Level.tenant, .partner].flatMap { level in
                Footing.allCases.map { Case(level: level, footing: $0, stop: stop) }
            }
    }

    @Test(arguments: cases)
    func `a token is dead for good once its footing was stopped, though that is active again`(_ item: Case) async throws
    {
        let house = try await House(seed: 401)
        var client = try house.client(item.level)
        var dead: [AccessToken] = []
        for round in 1...2 {
            let token = try await house.token(of: client)
            #expect(try await Self.stands(token, house, client), "round \(round)")
            try await Self.stop(item, house, client)
            #expect(try await !Self.stands(token, house, nil), "round \(round)")
            client = try await Self.start(item, house, client)
            dead.append(token)
            for old in dead { #expect(try await !Self.stands(old, house, client), "round \(round)") }
        }
        let fresh = try await house.token(of: client)
        #expect(try await Self.stands(fresh, house, client))
        try await Self.expectKept(house, dead: dead, fresh: fresh)
    }

    @Test(arguments: [Application.Level.tenant, .partner])
    func `a token is dead for good once its tenant was transferred, though it is back`(
        _ level: Application.Level
    ) async throws {
        let house = try await House(seed: 402)
        let client = try house.client(level)
        let before = try await house.token(of: client)
        #expect(try await Self.stands(before, house, client))
        try await Self.transfer(house, to: house.otherPartner)
        #expect(try await !Self.stands(before, house, nil))
        var dead = [before]
        switch level {
        case .partner:
            await #expect(throws: Refusal.self) { _ = try await house.token(of: client) }
        case .tenant, .global:
            let meanwhile = try await house.token(of: client)
            #expect(try await Self.stands(meanwhile, house, client))
            dead.append(meanwhile)
        }
        try await Self.transfer(house, to: house.partner)
        for old in dead { #expect(try await !Self.stands(old, house, client)) }
        let fresh = try await house.token(of: client)
        #expect(try await Self.stands(fresh, house, client))
        try await Self.expectKept(house, dead: dead, fresh: fresh)
    }

    @Test(arguments: [Application.Level.tenant, .partner])
    func `a token outlives what stops nothing that it stands on`(_ level: Application.Level) async throws {
        let house = try await House(seed: 403)
        let client = try house.client(level)
        let token = try await house.token(of: client)
        let other = TenantID(random: house.instance.world.random(TenantID.randomBytes))
        try await House.register(other, slug: "neighbour", of: house.partner, house.instance)
        let secret = ClientSecret(random: house.instance.world.random, macKey: house.instance.macKey)
        let rotation = RotateSecret(client: client.id, secret: secret, overlapSeconds: 60)
        for status in ["SUSPENDED", "ACTIVE"] as [JSON] {
            try await house.perform(try Change<Partner>.changing(house.otherPartner, ["status": status]))
            try await house.perform(try Change<Tenant>.changing(other, ["status": status]))
            try await house.perform(try Change<Application>.changing(house.ground.founded.client, ["status": status]))
        }
        try await house.perform(try Change<Partner>.changing(house.partner, ["name": "Q"]))
        try await house.perform(try Change<Tenant>.changing(house.tenant, ["name": "U", "status": "ACTIVE"]))
        try await house.perform(try Change<Application>.changing(client.id, ["name": "B"]))
        try await house.perform(rotation)
        #expect(try await Self.stands(token, house, client))
        try await house.instance.close()
    }
}

extension StoppedTokenTests {
    /// Whether a token opens anything: asked as a reader asks, as the writer does, and as its own client may.
    ///
    /// - Parameter client: `nil` while the client may itself not prove that it is one.
    private static func stands(_ token: AccessToken, _ house: House, _ client: House.Client?) async throws -> Bool {
        let isTaken = try await opens(token, house, house.instance)
        guard let client else { return isTaken }
        let inspection = InspectToken(proof: house.proof(client), token: token, issuer: client.issuer)
        let inspected = try await house.instance.inspect(inspection, by: Ground.stranger)
        #expect((inspected != nil) == isTaken)
        return isTaken
    }

    private static func opens(_ token: AccessToken, _ house: House, _ instance: Instance) async throws -> Bool {
        let caller = try await House.caller(token, instance)
        let isRead = try await isTaken {
            _ = try instance.read(by: caller) { _, judge in judge.authority.places.count }
        }
        let change = try Change<Application>.changing(try house.client(.tenant).id, ["description": "seen"])
        let isWritten = try await isTaken { _ = try await instance.perform(change, by: caller) }
        #expect(isRead == isWritten)
        return isRead
    }

    private static func isTaken(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return true
        } catch Refusal.rejected(.unprovenToken) {
            return false
        }
    }

    /// Stops the footing of a token.
    private static func stop(_ item: Case, _ house: House, _ client: House.Client) async throws {
        switch item.footing {
        case .application: try await stop(client.id, item.stop, house.instance)
        case .tenant: try await stop(house.tenant, item.stop, house.instance)
        case .partner: try await stop(house.partner, item.stop, house.instance)
        }
    }

    private static func stop<R: ManagedResource>(
        _ id: Identifier<R>,
        _ stop: Stop,
        _ instance: Instance,
    ) async throws {
        let command =
            switch stop {
            case .suspension: try Change<R>.changing(id, ["status": "SUSPENDED"])
            case .deletion:
                Change<R>(id) { context in
                    try R.delete(id, cascade: true, ifVersion: nil, by: context.authority, facts: context.facts)
                }
            }
        _ = try await instance.perform(command, by: .system)
    }

    /// Brings it back, and the client with it.
    ///
    /// - Returns: the client, with a new secret where its own came to an end.
    private static func start(_ item: Case, _ house: House, _ client: House.Client) async throws -> House.Client {
        switch item.footing {
        case .application: try await start(client.id, item.stop, house.instance)
        case .tenant: try await start(house.tenant, item.stop, house.instance)
        case .partner: try await start(house.partner, item.stop, house.instance)
        }
        guard item.footing == .application, item.stop == .deletion else { return client }
        let secret = ClientSecret(random: house.instance.world.random, macKey: house.instance.macKey)
        let rotation = RotateSecret(client: client.id, secret: secret, overlapSeconds: 0)
        try await house.perform(rotation)
        return House.Client(id: client.id, secret: secret.text, issuer: client.issuer)
    }

    private static func start<R: ManagedResource>(
        _ id: Identifier<R>,
        _ stop: Stop,
        _ instance: Instance,
    ) async throws {
        switch stop {
        case .suspension:
            _ = try await instance.perform(try Change<R>.changing(id, ["status": "ACTIVE"]), by: .system)
        case .deletion:
            let chain = try #require(try instance.read { try $0.resource(id) }).chain
            _ = try await instance.perform(RecordEvents([R.event(.restored, id, in: chain)]), by: .system)
        }
    }

    private static func transfer(_ house: House, to partner: PartnerID) async throws {
        try await house.perform(try Change<Tenant>.changing(house.tenant, ["partner_id": .string(partner.text)]))
    }

    /// What is dead stays dead, and what stands stands, when all that is known comes from the ledger anew.
    private static func expectKept(_ house: House, dead: [AccessToken], fresh: AccessToken) async throws {
        try await house.instance.close()
        _ = try Instance.rebuildViews(house.ground.directory, world: house.ground.clock.world)
        let instance = try await house.ground.open()
        for old in dead { #expect(try await !opens(old, house, instance)) }
        #expect(try await opens(fresh, house, instance))
        try await instance.close()
    }
}
