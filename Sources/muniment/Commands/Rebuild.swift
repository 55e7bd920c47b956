import ArgumentParser
import Engine

/// Builds the views anew from the ledger, and with `--ledger` the ledger's derived tables from its entries, while no
/// server runs.
struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build the views anew from the ledger and put them in the place of the old; the server is stopped."
    )

    @OptionGroup var directory: DirectoryOptions
    @Flag(.ledger) var ledger = false

    func run() async throws {
        let settings = try Settings(directory.given, flags: [.ledger: ledger])
        let location = try DataLocation(settings)
        if try settings.isOn(.ledger) { try await Self.repair(location, settings) }
        let count = try await ForkGuide(settings).lead {
            try Instance.rebuildViews(location.found(), kek: KeySource.read(settings))
        }
        Output.line("rebuilt the views from \(count) entries")
    }

    /// Makes the derived tables of the ledger anew, verifies all of it, and leaves an entry.
    private static func repair(_ location: DataLocation, _ settings: Settings) async throws {
        let repaired = try await ForkGuide(settings).lead { try Instance.repairLedger(location.found()) }
        let what = try AlterationMemory.kept(in: location.found())
        let index = try await StoppedLedger(settings, clearsAlteration: true).use { instance in
            try await instance.clearAlteration(what, repaired: repaired)
        }
        let rows = repaired.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
        Output.line("made anew, in entry \(index): \(rows.isEmpty ? "no row was wrong" : rows)")
    }
}
