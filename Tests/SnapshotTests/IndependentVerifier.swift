import EventLog
import Programs
import Storage
import Testing

/// `Tools/verify_ledger.py`, which is written from the format page and shares no code with the server.
enum IndependentVerifier {
    /// Without Python nothing can be said: a failure to be seen, never a silent pass.
    static let isAvailable = Programs.isInstalled("python3")

    /// - Parameter notes: the last checkpoint, and those before it that hand trust from key to key.
    static func expectVerified(
        _ lines: [[UInt8]],
        _ notes: [SignedNote],
        sourceLocation: SourceLocation = #_sourceLocation,
    ) async throws {
        let folder = try Folder()
        try folder.write("entries.ndjson", Array(lines.joined(separator: [0x0A])) + [0x0A])
        for (number, note) in notes.enumerated() { try folder.write("checkpoint-\(number)", note.encoded) }
        let first = try #require(lines.first)
        let key = try LedgerIdentity(genesis: Entry(decoding: first)).verifierKey
        try await expectVerified(
            entries: folder.path("entries.ndjson"),
            checkpoints: notes.indices.map { folder.path("checkpoint-\($0)") },
            key: key,
            sourceLocation: sourceLocation
        )
    }

    static func expectVerified(
        entries: String,
        checkpoints: [String],
        key: VerifierKey,
        sourceLocation: SourceLocation = #_sourceLocation,
    ) async throws {
        let words = ["--entries", entries, "--key", key.description] + checkpoints.flatMap { ["--checkpoint", $0] }
        let ended = try await Programs.verify(words)
        #expect(ended.status == 0, "\(ended.output)\(ended.errors)", sourceLocation: sourceLocation)
    }
}
