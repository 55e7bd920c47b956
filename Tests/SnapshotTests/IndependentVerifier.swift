import EventLog
import Glibc
import Storage
import Testing

/// `Tools/verify_ledger.py`, which is written from the format page and shares no code with the server.
enum IndependentVerifier {
    /// Without Python nothing can be said: a failure to be seen, never a silent pass.
    static let isAvailable = (try? run(["--version"]).status) == 0

    /// - Parameter notes: the last checkpoint, and those before it that hand trust from key to key.
    static func expectVerified(
        _ lines: [[UInt8]],
        _ notes: [SignedNote],
        sourceLocation: SourceLocation = #_sourceLocation,
    ) throws {
        let path = try temporaryFolder()
        let folder = try SmallFiles(path: path)
        defer { remove(folder, path) }
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
        let (status, output) = try run(words)
        #expect(status == 0, "\(output)", sourceLocation: sourceLocation)
    }

    /// Runs Python and reads what it says, on either output.
    private static func run(_ words: [String]) throws -> (status: Int32, output: String) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw StorageError(.system, "make a pipe", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        var arguments = unsafe (["python3"] + words).map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let failure = unsafe posix_spawnp(&process, "python3", &actions, nil, &arguments, environ)
        close(ends[1])
        defer { close(ends[0]) }
        guard failure == 0 else { throw StorageError(.notFound, "start python3", code: failure) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = unsafe read(ends[0], &buffer, buffer.count), count > 0 { output += buffer.prefix(count) }
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
        // The exit status stands in the second byte; what a signal ended has none, and did not succeed either.
        return (status & 0x7F == 0 ? status >> 8 & 0xFF : -1, String(decoding: output, as: UTF8.self))
    }

    private static func temporaryFolder() throws -> String {
        let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        return "\(temporary)/muniment-snapshots-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    }

    private static func remove(_ folder: SmallFiles, _ path: String) {
        for name in (try? folder.list()) ?? [] { _ = try? folder.remove(name) }
        unsafe rmdir(path)
    }
}
