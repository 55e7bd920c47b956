package import EventLog
package import Identity
package import OpenSSL
import Storage
import Wire

extension Instance {
    /// What a new ledger is told.
    package struct Founding: Sendable {
        package var baseURL: String
        package var administratorEmail: String
        package var algorithm: SigningAlgorithm
        package var software: String

        package init(baseURL: String, administratorEmail: String, algorithm: SigningAlgorithm, software: String) {
            self.baseURL = baseURL
            self.administratorEmail = administratorEmail
            self.algorithm = algorithm
            self.software = software
        }
    }

    /// What is shown once, and never again.
    package struct Founded: Sendable {
        package let identity: LedgerIdentity
        package let administrator: UserID
        package let password: String
        package let client: ApplicationID
        package let clientSecret: String
        package let scopes: [String]
    }

    /// Makes a ledger in an empty directory: its keys, its first entries, its first checkpoint.
    ///
    /// The file that makes the directory a ledger is written last, so a founding that was interrupted before its
    /// entries were kept can be repeated. Nothing is made before it is known that nothing is there.
    ///
    /// - Throws: `LedgerFault.format` when there is a ledger, or what is left of one: its keys are left as they are.
    package static func create(
        _ directory: DataDirectory,
        kek: KeyEncryptionKey?,
        world: World = .system,
        _ founding: Founding,
    ) throws -> Founded {
        let lock = try directory.foundingLock()
        defer { _ = lock }
        let top = try directory.top()
        guard try top.read(LedgerFormat.fileName) == nil else {
            throw LedgerFault.format(
                "there is a ledger in this directory already; serve it, or name another with --data DIR"
            )
        }
        // Before there is a secret in it.
        try directory.requirePrivate()
        let tables = try directory.ledger()
        try requireNothing(tables, directory)
        let folder = try directory.keys()
        try KeyStore.removeUnfounded(in: folder)
        let key = try kek ?? foundedKey(in: folder, world)
        let epoch = try EpochKey.create(in: folder, keyEncryptionKey: key.bytes, random: world.random)
        let keys = try KeyStore(folder: folder, epoch: epoch, random: world.random)
        let identity = try stageKeys(keys, key, founding, world)
        let ledger = LedgerWriter(
            tables: tables,
            keys: keys,
            ledgerID: identity.id,
            range: CompactRange(),
            lastRecordedAt: .earliest,
            random: world.random
        )
        let founded = try write(identity, founding, ledger, keys, world)
        try ledger.commit().get()
        try sign(ledger.range, identity, keys, directory)
        try directory.takeOver(directory.anchor(), as: identity.id)
        if directory.path("") != nil {
            try top.write(DataDirectory.reserveName, [UInt8](repeating: 0, count: DataDirectory.reserveBytes))
        }
        try directory.rememberAnchor(in: top)
        // There are no views yet, and nothing has stopped uncleanly: the first start folds, it does not recover.
        try ViewTrust(directory, world: world).markClean()
        try LedgerFormat.write(in: top)
        return founded
    }

    private static func requireNothing(_ tables: LedgerTables, _ directory: DataDirectory) throws {
        guard try tables.environment.read({ try tables.size($0) }) == 0 else {
            throw LedgerFault.format(
                "there are entries in this directory, but no file named format: put it back from a backup, or remove the "
                    + "directory if an init was interrupted here"
            )
        }
        // Entries are kept before the first checkpoint: with a checkpoint and no entries, it is the ledger that is
        // lost.
        guard try directory.anchor().checkpoint() == nil else {
            throw LedgerFault.format(
                "the anchor holds the checkpoint of a ledger, and there are no entries here; name another with "
                    + "--anchor DIR"
            )
        }
    }

    private static func foundedKey(in folder: SmallFiles, _ world: World) throws -> KeyEncryptionKey {
        if let left = try KeyEncryptionKey.left(in: folder) { return left }
        let made = KeyEncryptionKey(random: world.random)
        try folder.write(KeyEncryptionKey.fileName, Array((made.text + "\n").utf8), mode: 0o600)
        return made
    }

    private static func stageKeys(
        _ keys: KeyStore,
        _ kek: KeyEncryptionKey,
        _ founding: Founding,
        _ world: World,
    ) throws -> LedgerIdentity {
        let id = world.random(16)
        let origin = "\(try BaseURL(founding.baseURL).authority)/ledger/\(Base64URL.encode(id))"
        let signer = try Ed25519Key(seed: world.random(Ed25519Key.seedBytes))
        let verifier = VerifierKey(name: origin, publicKey: signer.publicKey)
        keys.stage(KeyName.checkpoint(CheckpointKeys.stream(verifier)), signer.seed)
        keys.stage(KeyName.mac(ClientSecret.macKeyName), world.random(32))
        keys.stage(KeyName.viewRows, world.random(16))
        keys.stage(KeyName.blindIndex, world.random(32))
        keys.stage(KeyName.cursors, world.random(32))
        return LedgerIdentity(
            id: id,
            origin: origin,
            verifierKey: verifier,
            secretKey: ClientSecret.macKeyName,
            keyCheck: EpochKey.check(keyEncryptionKey: kek.bytes, ledger: id)
        )
    }

    private static func write(
        _ identity: LedgerIdentity,
        _ founding: Founding,
        _ ledger: LedgerWriter,
        _ keys: KeyStore,
        _ world: World,
    ) throws -> Founded {
        let append = { (events: [Event]) in
            let now = ledger.time(wall: world.wall())
            let entries = PendingEntries(caller: .system, macKey: identity.secretKey, now: now)
            _ = try ledger.prepare(entries.make(events, idempotency: nil), recordedAt: now)
        }
        _ = try ledger.prepare(
            [identity.genesis(software: founding.software)],
            recordedAt: ledger.time(wall: world.wall())
        )
        try append([
            Event(ConfigurationSubject.entry(.changed), chain: .platform, data: ["base_url": .string(founding.baseURL)])
        ])
        let first = try FreshSigningKey(founding.algorithm, random: world.random)
        let next = try FreshSigningKey(founding.algorithm, random: world.random)
        for key in [first, next] { key.stage(in: keys) }
        try append([first.key.created(.current), next.key.created(.next)])
        let user = UserID(random: world.random(16))
        let password = Base64URL.encode(world.random(15))
        let hash = try PasswordHash.hash(
            Array(password.utf8),
            salt: world.random(PasswordHash.saltBytes),
            cost: .interactive
        )
        let service = try FirstService(macKey: keys.key(KeyName.mac(ClientSecret.macKeyName)) ?? [], world: world)
        try append(
            User.firstAdministrator(
                user,
                role: RoleGrantID(random: world.random(16)),
                email: founding.administratorEmail,
                passwordHash: hash
            ) + service.events
        )
        return Founded(
            identity: identity,
            administrator: user,
            password: password,
            client: service.id,
            clientSecret: service.secret.text,
            scopes: FirstService.scopes
        )
    }

    private static func sign(
        _ range: CompactRange,
        _ identity: LedgerIdentity,
        _ keys: KeyStore,
        _ directory: DataDirectory,
    ) throws {
        let name = KeyName.checkpoint(CheckpointKeys.stream(identity.verifierKey))
        guard let seed = try keys.key(name) else { throw LedgerFault.keys("the checkpoint key is missing") }
        let checkpoint = Checkpoint(origin: identity.origin, size: range.size, root: range.root)
        try directory.anchor().store(checkpoint.signed(by: [try Ed25519Key(seed: seed)]))
    }
}

/// The application that a new ledger comes with: with its secret, everything else can be made.
private struct FirstService {
    static let scopes = [Scope.adminRead, Scope.adminWrite]

    let id: ApplicationID
    let secret: ClientSecret
    let events: [Event]

    init(macKey: [UInt8], world: World) throws {
        id = ApplicationID(random: world.random(16))
        secret = ClientSecret(random: world.random, macKey: macKey)
        let body: Members = [
            "allowed_scopes": .array(Self.scopes.map(JSON.string)), "application_type": "SERVICE",
            "name": "Muniment service", "scope": "GLOBAL",
        ]
        events = [
            Event(
                Application.entry(.created),
                chain: .platform,
                stream: id.text,
                data: try Application.founding(body)
            ),
            secret.new.created(for: .application(id), chain: .platform),
        ]
    }
}
