import ArgumentParser
import EventLog
import Storage

/// Proves to an outsider that an entry is in the ledger.
struct Proof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print an entry's inclusion proof (c2sp.org/tlog-proof@v1); exit 1 when no checkpoint covers it yet."
    )

    @OptionGroup var directory: DirectoryOptions
    @Argument(help: "The entry, counted from 0.") var index: UInt64

    func run() async throws {
        let settings = try Settings(directory.given)
        let ledger = try ReadOnlyLedger(DataLocation(settings), settings, keys: .unused)
        let note = try ledger.checkpoint()
        let size = try Checkpoint(text: note.text).size
        guard index < size else {
            throw CommandFailure(
                .checkFailed,
                "no checkpoint covers entry \(index) yet: the last one is of \(size) entries; a server that runs signs the next within a second"
            )
        }
        let path = try ledger.tables.environment.read { try ledger.tables.inclusion(of: index, in: size, $0).path }
        Output.bytes(Array(TransparencyProof(index: index, path: path, note: note).encoded.utf8))
    }
}
