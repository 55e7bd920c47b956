import EventLog
import OpenSSL
import Storage
import Testing
import Wire

/// A ledger founded for one test, with its keys and its anchor.
///
/// The same seed makes the same bytes.
struct TestLedger {
    static let start = Instant(seconds: 1_800_000_000)
    static let keyEncryptionKey = [UInt8](repeating: 9, count: 32)

    let place: Place
    let random: Seeded
    let identity: LedgerIdentity
    let signer: Ed25519Key
    let tables: LedgerTables
    let keys: KeyStore
    let anchor: Anchor
    let writer: LedgerWriter

    init(_ medium: Medium = .simulated, seed: UInt64 = 1) throws {
        let random = Seeded(seed: seed)
        place = try Place(medium, seed: seed)
        self.random = random
        let id = random.bytes(16)
        let origin = "localhost:8080/ledger/\(Base64URL.encode(id))"
        signer = try Ed25519Key(seed: random.bytes(32))
        identity = LedgerIdentity(
            id: id,
            origin: origin,
            verifierKey: VerifierKey(name: origin, publicKey: signer.publicKey),
            secretKey: "hk_1",
            keyCheck: EpochKey.check(keyEncryptionKey: Self.keyEncryptionKey, ledger: id)
        )
        let folder = try place.folder("keys")
        let epoch = try EpochKey.create(
            in: folder,
            keyEncryptionKey: Self.keyEncryptionKey,
            random: { random.bytes($0) }
        )
        keys = try KeyStore(folder: folder, epoch: epoch, random: { random.bytes($0) })
        keys.stage(KeyName.checkpoint(CheckpointKeys.stream(identity.verifierKey)), signer.seed)
        tables = try LedgerTables(try place.environment())
        anchor = Anchor(folder: try place.folder("anchor"))
        writer = LedgerWriter(
            tables: tables,
            keys: keys,
            ledgerID: id,
            range: CompactRange(),
            lastRecordedAt: .earliest,
            random: { random.bytes($0) }
        )
        try write([identity.genesis(software: "muniment test")])
    }

    /// Commits one command.
    @discardableResult
    func write(_ pendingEntries: [PendingEntry], wall: Instant = TestLedger.start) throws -> UInt64 {
        _ = try writer.prepare(pendingEntries, recordedAt: writer.time(wall: wall))
        try writer.commit().get()
        return writer.range.size - 1
    }

    /// Signs and anchors what there is, as a clean stop does.
    func sign() throws {
        let live = try tables.environment.read { try CheckpointKeys(identity: identity, tables: tables, $0) }
        let checkpoint = Checkpoint(origin: identity.origin, size: writer.range.size, root: writer.range.root)
        try anchor.store(checkpoint.signed(by: try live.signers(keys)))
        try hint()
    }

    func hint() throws { try anchor.hint(Anchor.HeadHint(size: writer.range.size, root: writer.range.root)) }

    func open() throws -> Opening { try Opening(tables: tables, anchor: anchor) }

    func verify(_ options: Verification.Options = Verification.Options()) -> Verification.Report {
        Verification(tables: tables, keys: keys, anchor: anchor, options: options).run()
    }

    func bytes(_ index: UInt64) throws -> [UInt8] {
        try #require(try tables.environment.read { try tables.entry(index, $0) })
    }

    var size: UInt64 { writer.range.size }

    /// Changes rows behind the ledger's back.
    func tamper(_ body: (inout WriteTransaction) throws -> Void) throws {
        var transaction = try tables.environment.beginWrite()
        try body(&transaction)
        try transaction.commit()
    }
}

extension TestLedger {
    static let service = Actor(
        kind: .application,
        id: "app_svc",
        name: "Provisioner",
        home: "platform",
        credential: "sks_1"
    )

    static func request(_ id: String, _ endpoint: String) -> EntryRequest { EntryRequest(id: id, endpoint: endpoint) }

    static func tokenIssued(_ number: Int, chain: String = "platform") -> PendingEntry {
        var request = request("req_t\(number)", "oauth.token")
        request.ip = "203.0.113.\(number % 250)"
        request.userAgent = "curl/8.5.0"
        return PendingEntry(
            type: "token.issued",
            class: .activity,
            actor: service,
            chain: chain,
            stream: "app_svc",
            request: request,
            data: ["grant": "client_credentials", "scope": ["admin:read"], "token": .string("tkn_\(number)")]
        )
    }

    static func tokenRefused(_ number: Int) -> PendingEntry {
        PendingEntry(
            type: "token.refused",
            class: .activity,
            result: .denied,
            code: "invalid_scope",
            actor: service,
            stream: "app_svc",
            request: request("req_r\(number)", "oauth.token"),
            data: ["attempted": "token.issue"]
        )
    }

    static func partnerCreated(_ id: String) -> [PendingEntry] {
        let request = request("req_\(id)", "partners.create")
        return [
            PendingEntry(
                type: "partner.created",
                class: .state,
                actor: service,
                chain: id,
                stream: id,
                request: request,
                data: ["name": "Acme MSP", "status": "ACTIVE"]
            ),
            PendingEntry(
                type: "platform.partner_added",
                class: .state,
                actor: service,
                request: request,
                data: ["partner": .string(id)]
            ),
        ]
    }

    static func tenantCreated(_ id: String, in partner: String) -> [PendingEntry] {
        let request = request("req_\(id)", "tenants.create")
        return [
            PendingEntry(
                type: "tenant.created",
                class: .state,
                actor: service,
                chain: id,
                stream: id,
                request: request,
                data: ["name": "Widget Zoë", "settings": #"{"a": 1.50}"#]
            ),
            PendingEntry(
                type: "partner.tenant_added",
                class: .state,
                actor: service,
                chain: partner,
                request: request,
                data: ["tenant": .string(id)]
            ),
        ]
    }

    static func userCreated(_ id: String, in tenant: String) -> PendingEntry {
        PendingEntry(
            type: "user.created",
            class: .state,
            actor: service,
            chain: tenant,
            stream: id,
            request: request("req_\(id)", "users.create"),
            data: ["status": "ACTIVE"],
            sealed: [
                PendingEntry.Sealed(
                    subject: id,
                    key: "\(id)/profile",
                    fields: ["first_name": "Zoë", "email": "zoe@example.com"]
                ),
                PendingEntry.Sealed(subject: tenant, key: "\(tenant)/notes", fields: ["reason": "asked by ticket 14"]),
            ]
        )
    }

    static func tenantUpdated(_ id: String, name: String) -> PendingEntry {
        PendingEntry(
            type: "tenant.updated",
            class: .state,
            actor: service,
            chain: id,
            stream: id,
            request: request("req_u", "tenants.update"),
            data: ["name": .string(name)]
        )
    }

    static func keyDestroyed(_ key: String) -> PendingEntry {
        PendingEntry(
            type: "data_key.destroyed",
            class: .state,
            data: ["key": .string(key), "why": "asked by its subject"]
        )
    }

    /// `chains.attested` over the heads as they stand.
    func attestation(of chains: [String]) throws -> PendingEntry {
        var lines: [String] = []
        for chain in chains {
            for place in Entry.Class.allCases {
                guard let head = try writer.head(chain, place) else { continue }
                lines.append("\(chain)\n\(place.rawValue)\n\(head.sequence)\n\(Base64URL.encode(head.leaf.bytes))\n")
            }
        }
        lines.sort { $0.bytesPrecede($1) }
        let root = MerkleTree.root(of: lines.map { MerkleTree.leaf(Array($0.utf8)) })
        return PendingEntry(
            type: "chains.attested",
            class: .state,
            data: [
                "at": .integer(Int64(size)), "count": .integer(Int64(lines.count)),
                "root": .string(Base64URL.encode(root.bytes)),
            ]
        )
    }

    /// Twenty entries of every kind that matters here, signed at the end.
    ///
    /// Index: 1–2 partner, 3–4 tenant, 5–6 and 8 tokens, 7 user with two segments, 9 refusal, 10–13 one batch of
    /// tokens, 14 tenant renamed, 15 second user, 16 its profile key destroyed, 17 attestation, 18–19 tokens.
    func populate() throws {
        try write(Self.partnerCreated("prt_k9"))
        try write(Self.tenantCreated("tnt_w1", in: "prt_k9"))
        try write([Self.tokenIssued(1)])
        try write([Self.tokenIssued(2)])
        try write([Self.userCreated("usr_1", in: "tnt_w1")])
        try write([Self.tokenIssued(3)])
        try write([Self.tokenRefused(1)])
        var batch = (4...7).map { Self.tokenIssued($0) }
        for place in batch.indices { batch[place].request = Self.request("req_batch", "tokens.issue") }
        try write(batch)
        try write([Self.tenantUpdated("tnt_w1", name: "Widget & Sons")])
        try write([Self.userCreated("usr_2", in: "tnt_w1")])
        try write([Self.keyDestroyed("usr_2/profile")])
        try keys.destroy(KeyName.data("usr_2/profile"))
        try write([try attestation(of: ["platform", "prt_k9", "tnt_w1"])])
        try write([Self.tokenIssued(8)])
        try write([Self.tokenIssued(9)])
        try sign()
        #expect(size == 20)
    }

    static func populated(_ medium: Medium = .simulated, seed: UInt64 = 1) throws -> TestLedger {
        let ledger = try TestLedger(medium, seed: seed)
        try ledger.populate()
        return ledger
    }
}

extension UInt64 {
    /// The key of an entry's row.
    var key: [UInt8] { BigEndian.bytes(self) }
}
