import Engine
import EventLog
import Identity
import OpenID
import OpenSSL
import Storage
import Wire

/// A ledger on a simulated disk, under a simulated clock: what each test of the engine stands on.
struct Ground {
    let seed: UInt64
    let disk: SimulatedDisk
    let clock: SimulatedWorld
    let directory: DataDirectory
    let founded: Instance.Founded
    let lines = Lines()

    static let baseURL = "https://id.example.com"

    init(seed: UInt64, algorithm: SigningAlgorithm = .EdDSA) throws {
        self.seed = seed
        disk = SimulatedDisk(seed: seed)
        clock = SimulatedWorld(seed: seed)
        directory = DataDirectory(simulated: disk)
        founded = try Instance.create(
            directory,
            kek: nil,
            world: clock.world,
            Instance.Founding(
                baseURL: Self.baseURL,
                administratorEmail: "admin@example.com",
                algorithm: algorithm,
                software: "muniment test"
            )
        )
    }

    func open(
        algorithm: SigningAlgorithm? = nil,
        acceptsClock: Bool = false,
        recordsVerification: Bool = false,
        isStateKeptTwice: Bool = false,
        keptEntriesFoldedMax: UInt64 = KeptState.entriesFoldedMax,
    ) async throws -> Instance {
        let lines = lines
        var options = Instance.Options(
            software: "muniment test",
            algorithm: algorithm,
            acceptsClock: acceptsClock,
            recordsVerification: recordsVerification,
            log: { lines.add($0) },
            onStop: { lines.add("stopped: \($0)") }
        )
        // It comes on a thread of its own, and would meet the faults that are meant for others.
        if !isStateKeptTwice { options.keptBehindMicrosecondsMax = .max }
        options.keptEntriesFoldedMax = keptEntriesFoldedMax
        return try await Instance.open(directory, world: clock.world, options: options)
    }

    /// The first service with a token of the platform that has these scopes.
    func service(_ scopes: [String] = [Scope.adminWrite]) -> Caller {
        let token = AccessToken(
            id: TokenID(random: [UInt8](repeating: 1, count: TokenID.randomBytes)),
            issuer: Self.baseURL,
            audience: [founded.client.text],
            subject: founded.client.text,
            clientID: .application(founded.client),
            scopes: scopes,
            issuedAtSeconds: 0,
            expiresAtSeconds: .max,
            tenantID: nil,
            partnerID: nil,
            clientClaims: .application(.global)
        )
        return Caller(
            actor: Actor(
                kind: .application,
                id: founded.client.text,
                name: "Muniment service",
                home: "platform",
                credential: token.id.text
            ),
            credential: .token(token),
            home: .platform,
            request: Caller.Request(
                id: "req_1",
                endpoint: "tenants.create",
                address: "192.0.2.1",
                userAgent: "tests"
            )
        )
    }

    func issue(_ scopes: [String]? = nil, secret: String? = nil, macKey: [UInt8], key: SigningKeyID) throws
        -> IssueToken
    {
        IssueToken(
            issuer: .platform,
            proof: ClientProof(
                clientID: founded.client.text,
                secretMAC: ClientSecret.mac(secret ?? founded.clientSecret, key: macKey)
            ),
            scopes: scopes,
            resources: [],
            baseURL: try BaseURL(Self.baseURL),
            signingKey: key
        )
    }

    static let stranger = Caller.stranger(
        Caller.Request(id: "req_2", endpoint: "oauth.token", address: "192.0.2.7", userAgent: "curl")
    )
}
