import Engine
import EventLog
import Identity
import OpenID
import Wire

/// Two partners, a tenant of the first, and an application at each level: what a token may stand on.
struct House {
    /// An application with its secret as it was shown.
    struct Client {
        let id: ApplicationID
        let secret: String
        /// The issuer at which it asks for tokens.
        let issuer: AskedIssuer
    }

    static let slug = "lodger"

    let ground: Ground
    let instance: Instance
    let partner: PartnerID
    let otherPartner: PartnerID
    let tenant: TenantID
    let clients: [Application.Level: Client]

    init(seed: UInt64) async throws {
        ground = try Ground(seed: seed)
        instance = try await ground.open()
        partner = PartnerID(random: instance.world.random(PartnerID.randomBytes))
        otherPartner = PartnerID(random: instance.world.random(PartnerID.randomBytes))
        tenant = TenantID(random: instance.world.random(TenantID.randomBytes))
        for (id, slug) in [(partner, "one"), (otherPartner, "two")] {
            _ = try await instance.perform(
                try Change<Partner>.registering(id, ["name": "P", "slug": .string(slug)]),
                by: .system
            )
        }
        try await Self.register(tenant, slug: Self.slug, of: partner, instance)
        let issuer = AskedIssuer.tenant(slug: Self.slug)
        let places: [Application.Level: Members] = [
            .tenant: ["tenant_id": .string(tenant.text)], .partner: ["partner_id": .string(partner.text)],
        ]
        var clients = [
            Application.Level.global: Client(
                id: ground.founded.client,
                secret: ground.founded.clientSecret,
                issuer: .root
            )
        ]
        for (level, place) in places {
            clients[level] = try await Self.client(level, place, at: issuer, instance)
        }
        self.clients = clients
    }

    static func register(_ id: TenantID, slug: String, of partner: PartnerID, _ instance: Instance) async throws {
        let body: Members = ["name": "T", "partner_id": .string(partner.text), "slug": .string(slug)]
        _ = try await instance.perform(try Change<Tenant>.registering(id, body), by: .system)
    }

    private static func client(
        _ level: Application.Level,
        _ place: Members,
        at issuer: AskedIssuer,
        _ instance: Instance,
    ) async throws -> Client {
        let id = ApplicationID(random: instance.world.random(ApplicationID.randomBytes))
        let secret = ClientSecret(random: instance.world.random, macKey: instance.macKey)
        var body: Members = [
            "allowed_scopes": ["applications:write"], "application_type": "SERVICE", "name": "A",
            "scope": .string(level.rawValue),
        ]
        for (name, value) in place { body[name] = value }
        _ = try await instance.perform(
            try Change<Application>.registering(id, body, secret: secret.new),
            by: .system
        )
        return Client(id: id, secret: secret.text, issuer: issuer)
    }

    /// Does what the operator at the machine may.
    func perform(_ command: some Command) async throws { _ = try await instance.perform(command, by: .system) }

    func client(_ level: Application.Level) throws -> Client {
        guard let client = clients[level] else { throw Rejection.notFound(Application.noun) }
        return client
    }

    func proof(_ client: Client, secret: String? = nil) -> ClientProof {
        ClientProof(
            clientID: client.id.text,
            secretMAC: ClientSecret.mac(secret ?? client.secret, key: instance.macKey)
        )
    }

    /// The command that asks for a token.
    func issuing(_ proof: ClientProof, at issuer: AskedIssuer) throws -> IssueToken {
        guard let key = instance.keyRing.current?.id else { throw Refusal.failed }
        return IssueToken(
            issuer: issuer,
            proof: proof,
            scopes: nil,
            resources: [],
            baseURL: try BaseURL(Ground.baseURL),
            signingKey: key
        )
    }

    func token(of client: Client) async throws -> AccessToken {
        let command = try issuing(proof(client), at: client.issuer)
        let receipt = try await instance.perform(command, by: Ground.stranger)
        guard case .done(let token) = receipt.result else { throw Refusal.failed }
        return token
    }

    /// Who comes with a token, as far as the token alone tells.
    static func caller(_ token: AccessToken, _ instance: Instance) async throws -> Caller {
        guard let key = instance.keyRing.current?.id else { throw Refusal.failed }
        return try instance.authenticate(
            try await instance.keyRing.sign(token.claims, with: key),
            baseURL: try BaseURL(Ground.baseURL),
            request: Caller.Request(id: "req_h", endpoint: "applications.update")
        )
    }

    /// All that was written from an index on.
    static func entries(_ instance: Instance, from index: UInt64) throws -> [Entry] {
        try (index..<instance.status.size).compactMap { try instance.entry(at: $0) }
    }
}
