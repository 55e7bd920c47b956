import ArgumentParser
import Engine

/// Lets a copy of a data directory take the place of its original.
struct MoveLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moved",
        abstract:
            "Let a copied or restored data directory take its original's place; both are stopped. Leaves an entry.",
        discussion: """
            A directory that was copied, to another disk or machine, or out of a backup, knows that it is a copy and is
            not served: two that sign under one name would be two histories. Where the original is given up, moved ties
            the anchor to the copy: it is served from then on, and the original is refused where it has the same anchor.
            Where the anchor was copied with the directory, as one within it is, the original does not learn of it: it is
            for you never to serve it again.

            A directory that was only renamed on its disk needs nothing. A copy that lacks what its anchor knows of is
            not moved, and neither is one that is to be served beside its original: see muniment fork.
            """,
    )

    @OptionGroup var directory: DirectoryOptions

    func run() async throws {
        let settings = try Settings(directory.given)
        do {
            let index = try await ForkGuide(settings).lead {
                try Instance.move(DataLocation(settings).found(), kek: KeySource.read(settings))
            }
            Output.line("moved in entry \(index)")
        } catch Instance.MoveRefusal.nothingMoved {
            throw CommandFailure(.checkFailed, "the anchor stands for this directory already: there is nothing to move")
        }
    }
}
