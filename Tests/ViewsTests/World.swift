import Identity
import Testing
import Views
import Wire

/// A small platform to begin with: one partner, one tenant of it, one application there with one secret.
struct World {
    let site: Site
    let store: ViewStore
    var ledger = Ledger()
    let partner: PartnerID
    let tenant: TenantID
    let application: ApplicationID
    let secret: SecretID

    init(_ medium: Medium = .simulated) throws {
        site = try Site(medium)
        store = try site.store()
        (partner, tenant, application, secret) = (ledger.id(), ledger.id(), ledger.id(), ledger.id())
        let (partner, tenant, application, secret) = (partner, tenant, application, secret)
        try store.decide(&ledger) { transaction, _ in
            try Partner.register(
                .create(["name": "Acme", "slug": "acme", "contact_email": "a@acme.example"]),
                as: partner,
                secret: nil,
                by: .everything,
                facts: transaction
            )
        }
        try store.decide(&ledger) { transaction, _ in
            try Tenant.register(
                .create(["name": "Roadrunner", "slug": "road", "partner_id": .string(partner.text)]),
                as: tenant,
                secret: nil,
                by: .everything,
                facts: transaction
            )
        }
        try store.decide(&ledger) { transaction, _ in
            try Application.register(
                .create([
                    "allowed_scopes": ["crm:read"], "application_type": "SERVICE", "name": "Importer",
                    "scope": "TENANT", "tenant_id": .string(tenant.text),
                ]),
                as: application,
                secret: World.newSecret(secret),
                by: .everything,
                facts: transaction
            )
        }
    }

    static func newSecret(_ id: SecretID) -> Secret.New {
        Secret.New(id: id, key: "hk_1", mac: "mac-of-" + id.text, suffix: "wxyz")
    }

    mutating func decide(_ decision: (ViewTransaction, inout Ledger) throws -> [Event]) throws {
        try store.decide(&ledger, decision)
    }

    mutating func write(_ events: Event..., actor: String? = nil, credential: String? = nil) throws {
        try store.write(&ledger, events, actor: actor, credential: credential)
    }

    /// A token was issued to the application, by its secret.
    func tokenIssued() -> Event {
        Event(Token.entry(.issued), chain: .tenant(tenant), stream: application.text)
    }

    /// How many rows a table has.
    func rows(of table: String) throws -> UInt64 {
        try #require(try store.tableHashes().first { $0.table == table }?.total.rows)
    }

    func sweepDue() throws -> Instant? {
        let now = ledger.now
        return try store.read { try $0.sweepDue(at: now) }
    }

    /// Sweeps what is due, as the writer does.
    ///
    /// - Returns: how many entries that took.
    @discardableResult
    mutating func sweep() throws -> Int {
        var count = 0
        while let until = try sweepDue() {
            try write(Event(EndsSubject.entry(.swept), chain: .platform, data: ["until": .string(until.text)]))
            count += 1
        }
        return count
    }

    /// The views equal those that are made of the whole ledger anew, row by row and table by table.
    func checkRebuild(_ name: String = "rebuilt", commandsPerCommit: Int = 7) throws {
        let rebuilt = try site.store(name)
        try ledger.fold(into: rebuilt, commandsPerCommit: commandsPerCommit)
        #expect(try store.differences(from: rebuilt) == [])
        let (ours, theirs) = (try store.tableHashes(), try rebuilt.tableHashes())
        for (our, their) in zip(ours, theirs) {
            #expect(our.total == their.total, "\(our.table)")
        }
    }
}
