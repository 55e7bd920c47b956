import ArgumentParser
import EventLog

/// Prints the last signed checkpoint: what to hand to a witness, or to keep elsewhere.
struct LastCheckpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Print the last signed note (C2SP tlog-checkpoint)."
    )

    @OptionGroup var directory: DirectoryOptions

    func run() async throws {
        let settings = try Settings(directory.given)
        let ledger = try ReadOnlyLedger(DataLocation(settings), settings, keys: .unused)
        Output.bytes(Array(try ledger.checkpoint().encoded.utf8))
    }
}
