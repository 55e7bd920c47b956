import ArgumentParser
import Engine
import EventLog
import Wire

/// Puts a new key in the place of the present one.
struct RotateKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Put a new key in the place of the present one.",
        discussion: """
            signing: the next key signs tokens from now on; the old one verifies until its last token has expired.
            checkpoint: a new key signs checkpoints beside the present one; what an earlier rotation replaced retires.
            wrapping: every key is wrapped anew, so that copies of the wrapped keys made before open no more.

            With --data the server is stopped. A running server rotates its signing key with --base-url and --client-id.
            """,
    )

    enum Kind: String, CaseIterable, ExpressibleByArgument { case signing, checkpoint, wrapping }

    @Argument(help: "signing, checkpoint or wrapping.") var kind = Kind.signing
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var client: ClientOptions
    @Option(.reason) var reason: String?

    func run() async throws {
        let settings = try Settings(directory.given, client.given, [.reason: reason])
        switch kind {
        case .signing where try isRemote(settings): Output.line(try await ServiceClient(settings).rotateSigningKey())
        case .signing: try await rotateSigning(settings)
        case .checkpoint:
            try requireStopped(settings)
            try await rotateCheckpoint(settings)
        case .wrapping:
            try requireStopped(settings)
            try await rotateWrapping(settings)
        }
    }

    /// Only a signing key is rotated through a server.
    private func requireStopped(_ settings: Settings) throws {
        let isRemote = client.baseURL != nil || client.clientID != nil
        guard isRemote ? directory.data != nil : try settings.text(.data) != nil else {
            throw CommandFailure.usage(
                "keys rotate \(kind.rawValue) works on the data directory of a stopped server, not through --base-url: "
                    + "give --data DIR"
            )
        }
    }

    /// What stands on the command line decides; else a data directory, where one is configured.
    private func isRemote(_ settings: Settings) throws -> Bool {
        if directory.data != nil { return false }
        if client.baseURL != nil || client.clientID != nil { return true }
        if try settings.text(.data) != nil { return false }
        guard try settings.text(.baseURL) != nil else {
            throw CommandFailure.usage("give --data DIR, or --base-url URL and --client-id ID")
        }
        return true
    }

    private func rotateSigning(_ settings: Settings) async throws {
        let key = try await StoppedLedger(settings).use { instance in
            _ = try await instance.rotateSigningKey(by: .system)
            return instance.keyRing.current?.id.text ?? ""
        }
        Output.line(key)
    }

    private func rotateCheckpoint(_ settings: Settings) async throws {
        let keys = try await StoppedLedger(settings).use { try await $0.rotateCheckpointKey() }
        for key in keys { Output.line(key.description) }
    }

    private func rotateWrapping(_ settings: Settings) async throws {
        let location = try DataLocation(settings)
        let count = try await ForkGuide(settings).lead {
            try Instance.rewrapKeys(location.found(), kek: KeySource.read(settings))
        }
        Output.line("wrapped \(count) keys anew")
        Output.message(
            "Backups of the keys from before this hold the old wrapping: make a new one with muniment keys backup."
        )
    }
}
