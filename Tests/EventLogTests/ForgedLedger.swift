import EventLog
import OpenSSL
import Storage
import Testing
import Wire

/// A ledger written entry by entry past the writer, so that one rule can be broken and everything else holds: trees,
/// links and heads follow from the entries as they are, wrong ones included.
struct ForgedLedger {
    let place: Place
    let tables: LedgerTables
    let signer: Ed25519Key
    let identity: LedgerIdentity
    let anchor: Anchor
    private(set) var range = CompactRange()
    private var heads: [String: (sequence: UInt64, index: UInt64, leaf: Digest)] = [:]
    private var streams: [String: (version: UInt64, index: UInt64)] = [:]
    private var clock = TestLedger.start

    /// - Parameter genesis: changes the text of the first entry.
    init(_ medium: Medium = .simulated, genesis: (String) -> String = { $0 }) throws {
        place = try Place(medium)
        tables = try LedgerTables(try place.environment())
        anchor = Anchor(folder: try place.folder("anchor"))
        signer = try Ed25519Key(seed: [UInt8](repeating: 3, count: 32))
        let id = [UInt8](repeating: 2, count: 16)
        let origin = "localhost/ledger/\(Base64URL.encode(id))"
        identity = LedgerIdentity(
            id: id,
            origin: origin,
            verifierKey: VerifierKey(name: origin, publicKey: signer.publicKey),
            secretKey: "hk_1",
            keyCheck: SHA256Hash.hash([1])
        )
        try add(identity.genesis(software: "muniment test"), rewrite: genesis)
    }

    /// Adds one entry as the writer would have made it, but for what `change` does to it, and `rewrite` to its bytes.
    @discardableResult
    mutating func add(
        _ pending: PendingEntry,
        batch: (Int, Int)? = nil,
        _ change: (inout Entry) -> Void = { _ in },
        rewrite: (String) -> String = { $0 },
    ) throws -> UInt64 {
        let index = range.size
        if batch.map({ $0.0 == 1 }) ?? true { clock = clock.adding(microseconds: 7) }
        let head = heads["\(pending.chain)\0\(pending.class.rawValue)"]
        var entry = Entry(
            index: index,
            id: Entry.identifier(random: BigEndian.bytes(index &* 0x9E37_79B9_7F4A_7C15) + BigEndian.bytes(index)),
            recordedAt: clock,
            type: pending.type,
            class: pending.class,
            actor: pending.actor,
            chain: pending.chain,
            sequence: head.map { $0.sequence + 1 } ?? 0
        )
        entry.result = pending.result
        entry.code = pending.code
        entry.cause = pending.cause
        entry.previous = head?.leaf
        entry.stream = pending.stream
        entry.request = pending.request
        entry.data = pending.data
        entry.compensates = pending.compensates
        if let batch { entry.batch = Entry.Batch(position: batch.0, count: batch.1) }
        if pending.class == .state, let stream = pending.stream { entry.version = (streams[stream]?.version ?? 0) + 1 }
        change(&entry)
        let bytes = Array(rewrite(String(decoding: entry.encoded, as: UTF8.self)).utf8)
        let leaf = MerkleTree.leaf(bytes)
        let completed = range.append(leaf)
        let place = "\(entry.chain)\0\(entry.class.rawValue)"
        heads[place] = (entry.sequence, index, leaf)
        if entry.class == .state, let stream = entry.stream, let version = entry.version {
            streams[stream] = (version, index)
        }
        var transaction = try tables.environment.beginWrite()
        try transaction.put(entry.class == .state ? tables.state : tables.activity, index.key, bytes)
        try transaction.put(tables.hashes, index.key, completed.flatMap(\.bytes))
        try transaction.put(tables.chains, Array(place.utf8), entry.sequence.key + index.key + leaf.bytes)
        if let stream = entry.stream, let head = streams[stream] {
            try transaction.put(tables.streams, Array(stream.utf8), head.version.key + head.index.key)
        }
        try transaction.commit()
        return index
    }

    /// The leaf of the last entry of a chain and class.
    func leaf(_ chain: String, _ class: Entry.Class) -> Digest? { heads["\(chain)\0\(`class`.rawValue)"]?.leaf }

    /// Leaves of an entry only what retention leaves: its hashes, and who removed it.
    func remove(_ index: UInt64, by run: UInt64) throws {
        var transaction = try tables.environment.beginWrite()
        try transaction.put(tables.activity, index.key, run.key)
        try transaction.commit()
    }

    func sign() throws {
        let checkpoint = Checkpoint(origin: identity.origin, size: range.size, root: range.root)
        try anchor.store(checkpoint.signed(by: [signer]))
    }

    func verify(_ options: Verification.Options = .init()) -> Verification.Report {
        Verification(tables: tables, keys: nil, anchor: anchor, options: options).run()
    }
}
