import Engine
import EventLog
import Identity
import OpenID
import Storage
import Testing
import Wire

/// Where the refusals of an issuer are filed: about a known client where it belongs, of strangers with the platform.
struct IssuerRefusalTests {
    /// What is asked for at an issuer.
    enum Errand: String, CaseIterable, Sendable {
        case token, introspection, revocation

        fileprivate func run(_ proof: ClientProof, at issuer: AskedIssuer, _ house: House) async throws {
            let request = Caller.Request(id: "req_d", endpoint: "oauth.\(rawValue)", address: "192.0.2.9")
            let caller = Caller.stranger(request)
            switch self {
            case .token: _ = try await house.instance.perform(try house.issuing(proof, at: issuer), by: caller)
            case .introspection:
                _ = try await house.instance.inspect(InspectToken(proof: proof, token: nil, issuer: issuer), by: caller)
            case .revocation:
                _ = try await house.instance.perform(RevokeToken(proof: proof, token: nil, issuer: issuer), by: caller)
            }
        }
    }

    private static func refusal(
        _ errand: Errand,
        _ proof: ClientProof,
        at issuer: AskedIssuer,
        _ house: House,
    ) async throws -> Rejection? {
        do {
            try await errand.run(proof, at: issuer, house)
            return nil
        } catch Refusal.rejected(let rejection) {
            return rejection
        }
    }

    private static let tenantsCount = 40

    @Test(arguments: Errand.allCases)
    func `strangers at forty tenants' issuers are one sum of the platform's, and nothing of the tenants'`(
        _ errand: Errand
    ) async throws {
        let house = try await House(seed: 421)
        var tenants: [String] = []
        for number in 0..<Self.tenantsCount {
            let id = TenantID(random: house.instance.world.random(TenantID.randomBytes))
            try await House.register(id, slug: "t\(number)", of: house.partner, house.instance)
            tenants.append(id.text)
        }
        let before = house.instance.status.size
        for number in 0..<Self.tenantsCount {
            let proof = ClientProof(clientID: "app_nobody\(number)", secretMAC: "x")
            let rejection = try await Self.refusal(errand, proof, at: .tenant(slug: "t\(number)"), house)
            #expect(rejection?.code == "invalid_client")
        }
        #expect(house.instance.status.size == before, "nothing is written while they knock")
        house.ground.clock.pass(microseconds: 11_000_000)
        try await house.perform(RecordEvents([]))
        let entries = try House.entries(house.instance, from: before)
        #expect(entries.map(\.type) == ["refusals.summarized"])
        #expect(entries.map(\.chain) == ["platform"])
        #expect(entries.first?.data["count"] == .integer(Int64(Self.tenantsCount)))
        #expect(entries.first?.data["code"] == "invalid_client")
        #expect(entries.first?.data["endpoint"]?.text == "oauth.\(errand.rawValue)")
        let ofTenants = try House.entries(house.instance, from: 0).filter { tenants.contains($0.chain) }
        #expect(ofTenants.map(\.type) == Array(repeating: "tenant.created", count: Self.tenantsCount))
        try await house.instance.close()
    }

    /// Issuers that are not those of the tenant's application.
    private static let otherIssuers: [(name: String, issuer: AskedIssuer)] = [
        ("platform", .platform), ("root", .root), ("neighbour", .tenant(slug: "neighbour")),
        ("nobody", .tenant(slug: "nobody")),
    ]

    @Test(arguments: Errand.allCases)
    func `a wrong secret of a tenant's client is filed in the tenant's chain, whichever issuer it is shown at`(
        _ errand: Errand
    ) async throws {
        let house = try await House(seed: 422)
        let neighbour = TenantID(random: house.instance.world.random(TenantID.randomBytes))
        try await House.register(neighbour, slug: "neighbour", of: house.partner, house.instance)
        let client = try house.client(.tenant)
        for (name, issuer) in Self.otherIssuers + [("own", client.issuer)] {
            let before = house.instance.status.size
            let rejection = try await Self.refusal(errand, house.proof(client, secret: "wrong"), at: issuer, house)
            #expect(rejection?.kind == .unproven, "\(name)")
            let entries = try House.entries(house.instance, from: before)
            #expect(entries.map(\.type) == ["authentication.failed"], "\(name)")
            #expect(entries.map(\.chain) == [house.tenant.text], "\(name)")
            #expect(entries.map(\.stream) == [client.id.text], "\(name)")
            #expect(entries.allSatisfy { $0.actor.kind == .anonymous && $0.code == "invalid_client" }, "\(name)")
        }
        try await house.instance.close()
    }

    @Test(arguments: Errand.allCases)
    func `a client with its own secret at another's issuer is refused by name, in its own chain`(
        _ errand: Errand
    ) async throws {
        let house = try await House(seed: 423)
        let neighbour = TenantID(random: house.instance.world.random(TenantID.randomBytes))
        try await House.register(neighbour, slug: "neighbour", of: house.otherPartner, house.instance)
        let homes: [Application.Level: String] = [
            .tenant: house.tenant.text, .partner: house.partner.text, .global: "platform",
        ]
        for (level, home) in homes {
            let client = try house.client(level)
            let before = house.instance.status.size
            let issuer = AskedIssuer.tenant(slug: "neighbour")
            let rejection = try await Self.refusal(errand, house.proof(client), at: issuer, house)
            #expect(rejection?.code == "invalid_client" && rejection?.isForbidden == true, "\(level)")
            let entries = try House.entries(house.instance, from: before)
            #expect(entries.map(\.type) == [errand == .token ? "token.refused" : "access.denied"], "\(level)")
            #expect(entries.map(\.chain) == [home], "\(level)")
            #expect(entries.map(\.actor.id) == [client.id.text], "\(level)")
        }
        try await house.instance.close()
    }
}
