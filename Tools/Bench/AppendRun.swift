import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Views
import Wire

/// Appends the entries of tokens on one thread, in synced commits of a given number: entry, tree, chain, then views.
///
/// This is the writer's work without its decisions, and what `probe append` does in C.
struct AppendRun {
    private let path: String
    private let perCommit: Int
    private let commitsMax: Int
    private let milliseconds: Int

    init(_ words: Words) throws {
        path = try words.text("data")
        perCommit = try words.number("per-commit")
        commitsMax = try words.number("commits")
        milliseconds = try words.number("milliseconds")
    }

    func run() throws {
        let world = World.system
        let directory = DataDirectory(path: path)
        let (ledgerID, kek) = (world.random(16), world.random(KeyEncryptionKey.byteCount))
        let folder = try directory.keys()
        let keys = try KeyStore(
            folder: folder,
            epoch: EpochKey.create(in: folder, keyEncryptionKey: kek, random: world.random),
            random: world.random
        )
        let views = try ViewStore(
            state: directory.views(.state),
            audit: directory.views(.audit),
            tagKey: world.random(ViewStore.tagKeyBytes),
            blindKey: world.random(ViewStore.blindKeyBytes)
        )
        let ledger = LedgerWriter(
            tables: try directory.ledger(),
            keys: keys,
            ledgerID: ledgerID,
            range: CompactRange(),
            lastRecordedAt: .earliest,
            random: world.random
        )

        let client = Client(world)
        let start = ContinuousClock.now
        var (commits, bytes) = (0, 0)
        while commits < commitsMax, ContinuousClock.now - start < .milliseconds(milliseconds) {
            let transaction = try views.beginTransaction()
            for _ in 0..<perCommit {
                let now = ledger.time(wall: world.wall())
                for item in try ledger.prepare([client.token(at: now, world)], recordedAt: now) {
                    try transaction.fold(FoldedEntry(item))
                    bytes += item.bytes.count
                }
                ledger.accept()
                try transaction.accept()
            }
            try ledger.commit().get()
            try transaction.commit(applied: ViewStore.Applied(size: ledger.range.size, root: ledger.range.root))
            commits += 1
        }
        let elapsed = ContinuousClock.now - start
        Measurement.report([
            "commits": .count(commits), "entries": .count(commits * perCommit), "seconds": .seconds(elapsed),
            "entry_bytes": .count(bytes / max(1, commits * perCommit)),
        ])
    }
}

/// A client that is issued tokens.
private struct Client {
    let actor: Actor
    let id: ApplicationID
    let signingKey: SigningKeyID

    init(_ world: World) {
        id = ApplicationID(random: world.random(16))
        signingKey = SigningKeyID(random: world.random(16))
        actor = Actor(
            kind: .application,
            id: id.text,
            name: "Muniment service",
            home: Place.platform.text,
            credential: SecretID(random: world.random(16)).text
        )
    }

    func token(at now: Instant, _ world: World) -> PendingEntry {
        PendingEntry(
            type: Token.entry(.issued).text,
            class: .activity,
            actor: actor,
            chain: Place.platform.text,
            stream: id.text,
            request: EntryRequest(
                id: "req_" + Base64URL.encode(world.random(16)),
                endpoint: "oauth.token",
                ip: "127.0.0.1"
            ),
            data: [
                "expires_at": .string(now.adding(seconds: 3_600).text), "grant": "client_credentials",
                "scope": ["admin:read", "admin:write"], "signing_key": .string(signingKey.text),
                "token": .string(TokenID(random: world.random(16)).text),
            ]
        )
    }
}
