import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Testing
import Wire

/// Entries of the types that the format has and later work writes, appended to a scenario's ledger as its page says.
struct LaterEntries {
    let tables: LedgerTables
    /// The scenario's checkpoints, and two of what follows.
    private(set) var notes: [SignedNote]
    private let writer: LedgerWriter
    private let keys: KeyStore
    private let wall: Instant
    private var origin: String
    private let signers: [Ed25519Key]

    init(after scenario: Scenario) throws {
        let (instance, ground) = (scenario.instance, scenario.ground)
        (tables, keys, origin, notes) = (instance.tables, instance.keys, instance.identity.origin, scenario.notes)
        wall = ground.clock.world.wall()
        let opening = try Opening(tables: tables, anchor: ground.directory.anchor())
        signers = try opening.checkpointKeys.signers(keys)
        writer = LedgerWriter(
            tables: tables,
            keys: keys,
            ledgerID: opening.identity.id,
            range: opening.range,
            lastRecordedAt: opening.lastRecordedAt,
            random: ground.clock.world.random
        )
        try writeReports()
        try writeRestore(scenario)
        try writeReturns(scenario)
        try writeEndings(scenario)
        try fork()
    }

    private func append(
        _ type: EntryType,
        _ data: Members,
        chain: String = Place.platform.text,
        stream: String? = nil,
        cause: UInt64? = nil,
        sealed: [PendingEntry.Sealed] = [],
    ) throws {
        let pending = PendingEntry(
            type: type.text,
            class: type.isState ? .state : .activity,
            cause: cause,
            chain: chain,
            stream: stream,
            data: data,
            sealed: sealed
        )
        _ = try writer.prepare([pending], recordedAt: writer.time(wall: wall))
        writer.accept()
        try writer.commit().get()
    }

    private func writeReports() throws {
        let root = JSON.string(Base64URL.encode(writer.range.root.bytes))
        let size = JSON.integer(Int64(writer.range.size))
        try append(LedgerSubject.entry(.verified), ["root": root, "size": size])
        let at = JSON.string(wall.text)
        try append(LedgerSubject.entry(.backedUp), ["at": at, "from": 0, "root": root, "size": size])
        try append(LedgerSubject.entry(.moved), [:])
    }

    /// A restore in chunks, and a role that goes and comes back.
    private func writeRestore(_ scenario: Scenario) throws {
        let role = try #require(
            try scenario.lines().map { try Entry(decoding: $0) }.first { $0.type == RoleGrant.entry(.granted).text }
        )
        try append(RoleGrant.entry(.revoked), [:], chain: role.chain, stream: role.stream)
        let start = writer.range.size
        try append(RestoreSubject.entry(.planned), [:])
        try append(
            RestoreSubject.entry(.started),
            ["changes": 1, "chunks": 1, "digest": .string(Base64URL.encode(writer.range.root.bytes))],
            sealed: [
                PendingEntry.Sealed(
                    subject: "platform",
                    key: "platform/notes",
                    fields: ["request": ["force": [], "undo": ["indexes": [.integer(Int64(start) - 1)]]]]
                )
            ]
        )
        try append(
            RoleGrant.entry(.restored),
            ["status": "ACTIVE"],
            chain: role.chain,
            stream: role.stream,
            cause: start + 1
        )
        try append(RestoreSubject.entry(.progressed), ["chunk": 1, "done": 1, "skipped": 0], cause: start + 1)
    }

    /// What was deleted last of each kind comes back.
    private func writeReturns(_ scenario: Scenario) throws {
        let entries = try scenario.lines().map { try Entry(decoding: $0) }
        for (deleted, restored) in [
            (Application.entry(.deleted), Application.entry(.restored)),
            (Tenant.entry(.deleted), Tenant.entry(.restored)), (Partner.entry(.deleted), Partner.entry(.restored)),
        ] {
            let entry = try #require(entries.last { $0.type == deleted.text })
            try append(restored, [:], chain: entry.chain, stream: entry.stream)
        }
    }

    /// An erasure, and a retention whose entries have not gone yet.
    private func writeEndings(_ scenario: Scenario) throws {
        let erased: Members = ["key": .string(scenario.finishedKey), "why": "The tenant was deleted"]
        try append(DataKeySubject.entry(.destroyed), erased)
        try keys.destroy(KeyName.data(scenario.finishedKey))
        let run = try scenario.lines().map { try Entry(decoding: $0) }
            .filter { $0.class == .activity && $0.chain == "platform" }.prefix(10)
        let (first, last) = (try #require(run.first), try #require(run.last))
        try append(
            RetentionSubject.entry(.applied),
            [
                "archive_sha256": .string(Base64URL.encode(SHA256Hash.hash(Array("an archive".utf8)).bytes)),
                "before_sequence": .integer(Int64(last.sequence + 1)), "chain": .string(first.chain),
                "count": .integer(Int64(run.count)), "counters": ["token.issued": 7],
                "first_index": .integer(Int64(first.index)),
                "last_index": .integer(Int64(last.index)),
                "last_leaf": .string(Base64URL.encode(MerkleTree.leaf(last.encoded).bytes)),
            ]
        )
    }

    /// The history after the last checkpoint is given up: from here on the ledger has another name.
    private mutating func fork() throws {
        sign()
        let known = try Checkpoint(text: notes[notes.count - 1].text)
        let index = writer.range.size
        try append(
            LedgerSubject.entry(.forked),
            [
                "from": [
                    "origin": .string(known.origin), "root": .string(Base64URL.encode(known.root.bytes)),
                    "size": .integer(Int64(known.size)),
                ]
            ]
        )
        origin += "/\(index)"
        sign()
    }

    private mutating func sign() {
        notes.append(Checkpoint(origin: origin, size: writer.range.size, root: writer.range.root).signed(by: signers))
    }

    /// Every entry, the scenario's own among them.
    func lines() throws -> [[UInt8]] {
        try (0..<writer.range.size).map { index in
            try #require(try tables.environment.read { try tables.entry(index, $0) })
        }
    }

    func verification() -> Verification.Report { Verification(tables: tables, keys: keys, anchor: nil).run() }
}
