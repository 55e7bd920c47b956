import ArgumentParser
import Engine

/// What an operator decides about the clock.
struct Clock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide about the clock.",
        subcommands: [Accept.self]
    )

    /// Takes the clock as right, though the ledger's last entries are ahead of it.
    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the clock as right and let writes go on; the server is stopped. Leaves an entry."
        )

        @OptionGroup var directory: DirectoryOptions

        func run() async throws {
            let settings = try Settings(directory.given)
            let index = try await StoppedLedger(settings, acceptsClock: true).use { instance in
                try await instance.acceptClock()
            }
            Output.line("accepted the clock in entry \(index)")
        }
    }
}
