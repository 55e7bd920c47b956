import ArgumentParser
import Engine

/// Builds the views anew from the ledger, while no server runs.
struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build the views anew from the ledger and put them in the place of the old; the server is stopped."
    )

    @OptionGroup var directory: DirectoryOptions

    func run() async throws {
        let settings = try Settings(directory.given)
        let location = try DataLocation(settings)
        let count = try await ForkGuide(settings).lead {
            try Instance.rebuildViews(location.found(), kek: KeySource.read(settings))
        }
        Output.line("rebuilt the views from \(count) entries")
    }
}
