import EventLog
import OpenSSL
import Storage
import Wire

extension HostileParser {
    /// Signed notes, the checkpoints in them, and the files in which an anchor keeps both.
    static let note = HostileParser("note") { bytes in
        let words = text(bytes)
        if let note = try? SignedNote(decoding: words) {
            try Broken.unless((1...SignedNote.signaturesMax).contains(note.signatures.count), "signatures are bounded")
            try Broken.unless(note.encoded.bytesEqual(words), "a note is written as it was read")
            try Broken.unless(!note.isSigned(by: stranger), "nobody signed with this key")
        }
        if let checkpoint = try? Checkpoint(text: words) {
            try Broken.unless((try? Checkpoint(text: checkpoint.text)) == checkpoint, "a checkpoint reads back")
            try Broken.unless(words.utf8.starts(with: checkpoint.text.utf8), "what follows a checkpoint are extensions")
        }
    }

    /// Proofs of inclusion and consistency: a stranger's proves nothing.
    static let proof = HostileParser("proof") { bytes in
        let words = text(bytes)
        if let proof = try? TransparencyProof(decoding: words) {
            try Broken.unless(proof.path.count <= 64, "a path is bounded")
            try Broken.unless((try? TransparencyProof(decoding: proof.encoded)) == proof, "a proof reads back")
            try Broken.unless(!proof.proves(bytes, signedBy: stranger), "nobody signed with this key")
        }
        try path(bytes)
    }

    /// Two numbers and hashes, as a proof has them: no path leads from these leaves to a root that nobody computed.
    private static func path(_ bytes: [UInt8]) throws(Broken) {
        guard bytes.count >= 16 else { return }
        let (first, second) = (BigEndian.value(bytes), BigEndian.value(bytes, at: 8))
        var path: [Digest] = []
        for start in stride(from: 16, to: bytes.count - 31, by: 32).prefix(64) {
            if let digest = Digest(Array(bytes[start..<start + 32])) { path.append(digest) }
        }
        let leaf = MerkleTree.leaf(bytes)
        let inclusion = InclusionProof(index: first, size: second, path: path)
        if let root = inclusion.root(from: leaf) {
            try Broken.unless(inclusion.proves(leaf, root: root), "a path proves the root that it leads to")
            try Broken.unless(first < second, "only a tree that holds the entry proves it")
        }
        try Broken.unless(!inclusion.proves(leaf, root: MerkleTree.emptyRoot), "the root of no tree is not reached")
        let consistency = ConsistencyProof(first: first, second: second, path: path)
        try Broken.unless(!consistency.proves(leaf, MerkleTree.emptyRoot), "no tree shrinks to nothing")
    }

    /// A backup, and the contents of one under digests that hold: what is restored is what a verification accepts.
    static let backup = HostileParser("backup") { bytes in
        try restored(from: bytes)
        let lines = bytes.lines.map { $0 + [0x0A] }
        guard let header = lines.first else { return }
        var chain = BackupChain()
        var sealed = chain.block(.beginning, header)
        let starts = lines.indices.dropFirst().filter { lines[$0].starts(with: #"{"edge""#.utf8) }
        for (number, start) in starts.enumerated() {
            let end = number + 1 < starts.count ? starts[number + 1] : lines.count - 1
            sealed += chain.block(.lines, Array(lines[start..<max(start + 1, end)].joined()))
        }
        try restored(from: sealed + chain.block(.end, []))
    }

    private static func restored(from bytes: [UInt8]) throws {
        let tables = try LedgerTables(try Environment(simulated: SimulatedDisk(seed: 1), name: "ledger"))
        var rest = bytes[...]
        let restored: LedgerRestoration.Restored
        do {
            var restoration = LedgerRestoration(into: tables)
            try restoration.add { count in
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            }
            restored = try restoration.finish()
        } catch is BackupFault {
            return
        }
        let report = Verification(tables: tables, keys: nil, anchor: nil).run()
        try Broken.unless(
            report.isOK && report.entries == restored.size,
            "what is restored is whole: \(report.problems)"
        )
    }

    /// A key whose private half is nowhere.
    private static let stranger = VerifierKey(name: "example.com/log", publicKey: [UInt8](repeating: 7, count: 32))
}
