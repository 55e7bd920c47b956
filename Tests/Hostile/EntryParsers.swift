import EventLog
import Identity
import OpenSSL
import Storage
import Views
import Wire

extension HostileParser {
    /// One entry: what is read is canonical, and reads back as it is written.
    static let entry = HostileParser("entry") { bytes in
        // What reads least of an entry is asked first: it sees bytes that are none.
        let light = try? EntryStream(decoding: bytes) { _ in true }
        guard let entry = try? Entry(decoding: bytes) else { return }
        try Broken.unless(light == EntryStream(of: entry), "what is passed over changes nothing of what is read")
        let written = entry.encoded
        guard let again = try? Entry(decoding: written) else { throw Broken("an entry that is written can be read") }
        try Broken.unless(again.encoded == written, "an entry is written in one way")
        try Broken.unless(written.count <= bytes.count, "nothing is written that was not read")
        if let identity = try? LedgerIdentity(genesis: entry) { _ = identity.verifierKey.description }
        _ = ViewAttestation(entry.data)
        _ = Segment.fields(bytes)
    }

    /// A whole ledger of lines: verification says what is wrong with it, and what it finds right can be decoded.
    static let ledger = HostileParser("ledger") { bytes in
        let lines = bytes.lines.prefix(linesMax).filter { !$0.isEmpty && $0.count != removedBytes }
        let tables = try written(lines)
        let report = Verification(tables: tables, keys: nil, anchor: nil).run()
        try Broken.unless(report.entries == UInt64(lines.count), "every line is an entry")
        if report.isOK {
            for line in lines where (try? Entry(decoding: line)) == nil {
                throw Broken("an entry that is verified can be decoded")
            }
        }
        var export = ExportLines(tables, 0..<UInt64(lines.count))
        var out: [UInt8] = []
        while let page = try export.nextPage() { out += page }
        try Broken.unless(
            out.split(separator: 0x0A).map(Array.init) == Array(lines),
            "what is exported is what is stored"
        )
    }

    private static let linesMax = 32
    /// A row of this length stands for an entry that retention removed.
    private static let removedBytes = 8

    /// The lines as rows, with the hashes and heads that follow from them.
    private static func written(_ lines: [[UInt8]]) throws -> LedgerTables {
        let tables = try LedgerTables(try Environment(simulated: SimulatedDisk(seed: 1), name: "ledger"))
        var transaction = try tables.environment.beginWrite()
        var range = CompactRange()
        for (index, line) in lines.enumerated() {
            let key = BigEndian.bytes(UInt64(index))
            let leaf = MerkleTree.leaf(line)
            try transaction.put(tables.hashes, key, range.append(leaf).flatMap(\.bytes))
            let entry = try? Entry(decoding: line)
            try transaction.put(entry?.class == .activity ? tables.activity : tables.state, key, line)
            guard let entry else { continue }
            let chain = Array("\(entry.chain)\0\(entry.class.rawValue)".utf8)
            if chain.count < 256 {
                try transaction.put(tables.chains, chain, BigEndian.bytes(entry.sequence) + key + leaf.bytes)
            }
            guard let stream = entry.stream, let version = entry.version, (1...255).contains(stream.utf8.count) else {
                continue
            }
            try transaction.put(tables.streams, Array(stream.utf8), BigEndian.bytes(version) + key)
        }
        try transaction.commit()
        return tables
    }

    /// The rows of views, should their tags be those of somebody who has the key.
    static let rows = HostileParser("rows") { bytes in
        for kind in Kind.allCases { try kind.accept(RowOfKind(bytes: bytes)) }
        for activity in ActivityKind.allCases { try activity.accept(RowOfActivity(bytes: bytes)) }
    }

    private struct RowOfActivity: ActivityVisitor {
        let bytes: [UInt8]

        func visit<A: ActivityWithEnd>(_ activity: A.Type) throws {
            let id = Identifier<A>(random: [UInt8](repeating: 1, count: 16))
            guard let row = Lasting<A>(id, row: bytes)?.row else { return }
            try Broken.unless(row == bytes, "a row is written as it was read")
        }
    }

    private struct RowOfKind: KindVisitor {
        let bytes: [UInt8]

        func visit<R: Resource>(_ kind: R.Type) throws {
            guard let row = Versioned<R>(row: bytes)?.row else { return }
            try Broken.unless(row == bytes, "a row is written as it was read")
        }
    }

    /// Key bundles, backups of keys, and the small files beside a ledger.
    static let keys = HostileParser("keys") { bytes in
        let disk = SimulatedDisk(seed: 1)
        let files = try SmallFiles(simulated: disk, prefix: "keys")
        if let backup = try? KeyBackup(decoding: bytes) {
            try Broken.unless(
                (try? KeyBackup(decoding: backup.encoded))?.encoded == backup.encoded,
                "a backup reads back"
            )
            _ = try? backup.restore(into: files, without: ["data:x"])
        }
        let lines = bytes.lines
        let bundles = try SmallFiles(simulated: disk, prefix: "bundles")
        for (number, line) in lines.prefix(4).enumerated() {
            try bundles.write("bundle-0000000\(number + 1)", line + [0x0A])
        }
        for folder in [files, bundles] {
            guard let store = try? KeyStore(folder: folder, epoch: nil, random: { [UInt8](repeating: 1, count: $0) })
            else { continue }
            try Broken.unless(store.isSealed, "without its epoch a store opens nothing")
            let names = try store.names(prefix: "")
            try Broken.unless(names.allSatisfy { (try? store.key($0)) == nil }, "a sealed store tells no key")
            try Broken.unless(names.count == store.count, "a store has the keys that its files name")
            _ = try? KeyBackup(of: folder, ledger: []).encoded
        }
        let anchor = Anchor(folder: try SmallFiles(simulated: disk, prefix: "anchor"))
        try SmallFiles(simulated: disk, prefix: "anchor").write(Anchor.headName, bytes)
        if let head = try anchor.head() { try Broken.unless(head.size < .max, "a head is a size") }
    }
}
