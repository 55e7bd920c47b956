import ArgumentParser
import Foundation

/// The command: everything Muniment does, it is told to do here.
///
/// This target may know every other; it holds no rule of theirs. It reads the configuration, puts the parts together
/// and says in an exit status and one line how it went.
@main
struct Muniment: AsyncParsableCommand {
    /// What entries and answers call this program.
    static let version = "0.1.0"
    static let software = "muniment \(version)"

    static let configuration = CommandConfiguration(
        commandName: "muniment",
        abstract: "An identity server whose database is its audit log.",
        discussion: """
            Every option is also an environment variable (--base-url is MUNIMENT_BASE_URL) and a key of the JSON file
            that --config names ("base-url"). An option goes before the environment, that before the file.

            Exit status: 0 fine, 1 a check failed, 2 usage, 3 the data directory cannot be opened.
            """,
        version: software,
        subcommands: [
            Init.self, Serve.self, Verify.self, Rebuild.self, Replay.self, Entries.self, LastCheckpoint.self,
            Proof.self,
            Keys.self, Recover.self, Clock.self, ForkLedger.self, GetToken.self,
        ],
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Foundation.exit(report(error))
        }
    }

    /// Says what went wrong, in one line.
    ///
    /// - Returns: the exit status.
    private static func report(_ error: any Error) -> Int32 {
        if let failure = error as? CommandFailure { return failure.report() }
        let status = exitCode(for: error)
        // The parser's own errors: asking for help is none, and everything else of its is wrong usage.
        if status.isSuccess {
            Output.line(fullMessage(for: error))
            return 0
        }
        if status == .validationFailure { return CommandFailure(.usage, message(for: error)).report() }
        return CommandFailure(error).report()
    }
}
