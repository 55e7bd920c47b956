import ArgumentParser
import Engine
import EventLog

/// Puts keys back from a backup, without those that the ledger has destroyed since.
struct RestoreKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put keys back from a backup; the server is stopped. What was erased since stays erased."
    )

    /// Hundreds of thousands of keys.
    static let bytesMax = 256 << 20

    @OptionGroup var directory: DirectoryOptions
    @Argument(help: "A file that keys backup wrote.") var file: String

    func run() async throws {
        let settings = try Settings(directory.given)
        let location = try DataLocation(settings)
        guard let bytes = try? TextFile.read(file, bytesMax: Self.bytesMax) else {
            throw CommandFailure.usage("\(file) cannot be read: name the file that muniment keys backup wrote")
        }
        let restored = try Instance.restoreKeys(KeyBackup(decoding: bytes), into: location.found())
        Output.line("restored \(restored.keys) keys, left out \(restored.thinned) that were destroyed since")
        Output.message("The key-encryption key is not among them: put it where it was.")
    }
}
