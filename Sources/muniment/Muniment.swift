import ArgumentParser
import Dispatch
import Foundation
import Storage

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
        abstract: ServerGuide.summary,
        // A line of help is at most 80 characters wide, and what is longer is broken a second time.
        discussion: """
            To try it: muniment serve --dev. It makes a ledger and says where to go on.

            Every option is also an environment variable (--base-url is
            MUNIMENT_BASE_URL) and a key of the JSON file that --config names
            ("base-url"). An option goes before the environment, that before the file.

            Exit status: 0 fine, 1 a check failed, 2 usage, 3 the data directory cannot
            be opened.
            """,
        version: software,
        groupedSubcommands: [
            CommandGroup(name: "Serving", subcommands: [Init.self, Serve.self, Keys.self]),
            CommandGroup(name: "Client", subcommands: [GetToken.self]),
            CommandGroup(
                name: "Reading and proving",
                subcommands: [
                    Entries.self, LastCheckpoint.self, Proof.self, Verify.self, Replay.self, CredentialCommands.self,
                ]
            ),
            CommandGroup(name: "Putting back", subcommands: [PlanCommands.self, ApplyPlanCommand.self]),
            CommandGroup(
                name: "Recovery",
                subcommands: [
                    BackUpLedger.self, RestoreLedger.self, Rebuild.self, Recover.self, Clock.self, MoveLedger.self,
                    ForkLedger.self,
                ]
            ),
        ],
    )

    /// Not asynchronous itself: what is begins with a wait for a thread, which may be one without end.
    static func main() {
        // A reader that goes away is then an error of the write, and ``Output`` knows what it means. What is ignored
        // would be ignored by a key command too; what is caught is not.
        signal(SIGPIPE) { _ in }
        do {
            try requireThreads()
        } catch {
            Foundation.exit(report(error))
        }
        // Begun from the main thread it would be of a higher priority, whose threads are others than the common ones.
        Task(priority: .medium) { Foundation.exit(await end()) }
        dispatchMain()
    }

    /// Does what it was told to do.
    ///
    /// - Returns: the exit status.
    private static func end() async -> Int32 {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error)
        }
    }

    /// Refuses to begin what would stand still for want of a thread: the language's pool asks for one again and again,
    /// and says nothing.
    private static func requireThreads() throws {
        // As many as the command that needs most, which serves: a thread of the pool and an event loop for each
        // processor; the pool's two of its own, writer, notary, and two that verify.
        let count = 6 + 2 * ProcessInfo.processInfo.activeProcessorCount
        do {
            try Machine.tryThreads(count)
        } catch {
            throw CommandFailure(
                .checkFailed,
                "\(count) threads are needed, and the system allows fewer (\(error)): "
                    + "raise the limit (ulimit -u, or TasksMax in a unit of systemd)"
            )
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
