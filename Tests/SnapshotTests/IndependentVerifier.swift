import EventLog
import Storage
import Testing

/// `Tools/verify_ledger.py`, which is written from the format page and shares no code with the server.
enum IndependentVerifier {
    /// Without Python nothing can be said: a failure to be seen, never a silent pass.
    static let isAvailable = (try? Program.run("python3", ["--version"]).status) == 0

    /// - Parameter notes: the last checkpoint, and those before it that hand trust from key to key.
    static func expectVerified(
        _ lines: [[UInt8]],
        _ notes: [SignedNote],
        sourceLocation: SourceLocation = #_sourceLocation,
    ) throws {
        let path = Program.temporaryFolder()
        let folder = try SmallFiles(path: path)
        defer { Program.remove(path) }
        try folder.write("entries.ndjson", Array(lines.joined(separator: [0x0A])) + [0x0A])
        for (number, note) in notes.enumerated() { try folder.write("checkpoint-\(number)", Array(note.encoded.utf8)) }
        let first = try #require(lines.first)
        let key = try LedgerIdentity(genesis: Entry(decoding: first)).verifierKey
        try expectVerified(
            entries: "\(path)/entries.ndjson",
            checkpoints: notes.indices.map { "\(path)/checkpoint-\($0)" },
            key: key,
            sourceLocation: sourceLocation
        )
    }

    static func expectVerified(
        entries: String,
        checkpoints: [String],
        key: VerifierKey,
        sourceLocation: SourceLocation = #_sourceLocation,
    ) throws {
        let words =
            ["\(SnapshotFolder.project)/Tools/verify_ledger.py", "--entries", entries, "--key", key.description]
            + checkpoints.flatMap { ["--checkpoint", $0] }
        let (status, output) = try Program.run("python3", words)
        #expect(status == 0, "\(output)", sourceLocation: sourceLocation)
    }
}
