import Foundation
import Programs
import Testing
import Wire

/// A ledger with a whole backup and an increment, and the means to restore them.
struct BackedUpLedger {
    let ledger: TestLedger
    /// How many entries the whole backup has, and how many the increment ends with.
    private(set) var wholeSize = 0
    private(set) var size = 0

    var folder: Folder { ledger.folder }
    var whole: String { folder.path("whole.backup") }
    var increment: String { folder.path("increment.backup") }
    var restored: String { folder.path("restored") }
    /// Opens the keys, wherever they are.
    var key: [String: String] { ["MUNIMENT_KEY": ledger.keyEncryptionKey] }

    init() async throws {
        ledger = try await TestLedger()
        wholeSize = try await backUp("whole.backup")
        #expect(try await ledger.run("keys", "rotate").status == 0)
        size = try await backUp("increment.backup", "--since", "\(wholeSize)")
    }

    /// - Returns: where the next increment begins.
    func backUp(_ name: String, _ options: String...) async throws -> Int {
        let ended = try await Command.start(
            ["backup", "--data", ledger.data, "--to", folder.path(name)] + options
        ).end()
        try #require(ended.status == 0, "\(ended.errors)")
        return try #require(Int(ended.output.trimmingCharacters(in: .newlines)))
    }

    func restore(
        _ files: [String],
        into name: String = "restored",
        _ options: String...,
        with environment: [String: String] = [:],
    ) async throws -> RunningProgram.Ended {
        let words = ["restore", "--into", folder.path(name)] + options + ["--from"] + files
        return try await Command.start(words, with: environment).end()
    }

    /// Runs a command on the restored directory, with the key-encryption key.
    func run(_ words: String..., on name: String = "restored") async throws -> RunningProgram.Ended {
        try await Command.start(words + ["--data", folder.path(name)], with: key).end()
    }

    /// Puts the present keys beside what was restored.
    func restoreKeys(into name: String = "restored") async throws {
        try? folder.remove("keys.backup")
        #expect(try await ledger.run("keys", "backup", folder.path("keys.backup")).status == 0)
        let ended = try await run("keys", "restore", folder.path("keys.backup"), on: name)
        #expect(ended.status == 0, "\(ended.errors)")
    }

    /// The lines of a directory's first entries, exactly as they are stored.
    func lines(_ data: String, _ count: Int) async throws -> [String] {
        Array(try await Command.run("entries", "--data", data).lines.prefix(count))
    }

    /// Both verifiers accept the restored directory as a signed one of so many entries.
    func expectVerified(_ name: String = "restored", signed: Int, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let verified = try await run("verify", "--format", "json", on: name)
        let report = try JSON.parse(Array(verified.output.utf8.dropLast()))
        #expect(verified.status == 0, "\(verified.errors)\(verified.output)", sourceLocation: sourceLocation)
        #expect(report["checkpoint"]?["size"]?.number == Int64(signed), sourceLocation: sourceLocation)
        try folder.write("entries", try await run("entries", on: name).output)
        try folder.write("checkpoint", try await run("checkpoint", on: name).output)
        let other = try await Programs.verify([
            "--entries", folder.path("entries"), "--checkpoint", folder.path("checkpoint"), "--key", ledger.verifierKey,
        ])
        #expect(other.status == 0, "\(other.errors)\(other.output)", sourceLocation: sourceLocation)
    }
}
