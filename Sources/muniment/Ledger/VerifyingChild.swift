import Foundation
import Wire

/// The reading of `verify` in a process of its own: a torn page of the map can end whoever reads it by a signal.
enum VerifyingChild {
    /// Marks the process that reads.
    static let flag = "in-process"

    /// Runs this very command once more, to read; what it prints is printed.
    ///
    /// - Returns: its exit status.
    /// - Throws: `CommandFailure` when it cannot be started, or a signal ended it.
    static func run() throws -> Int32 {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = CommandLine.arguments.dropFirst() + ["--\(flag)"]
        child.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        do {
            try child.run()
        } catch {
            throw CommandFailure(
                .checkFailed,
                "the reading process cannot be started: \(error.localizedDescription); try again"
            )
        }
        child.waitUntilExit()
        guard child.terminationReason == .uncaughtSignal else { return child.terminationStatus }
        throw failure(signal: child.terminationStatus)
    }

    /// By these a process ends itself over what it read: a page that is not there, places and lengths that cannot be.
    private static let damageSignals: Set = [SIGBUS, SIGSEGV, SIGILL, SIGTRAP, SIGABRT]

    private static func failure(signal: Int32) -> CommandFailure {
        if damageSignals.contains(signal) {
            return CommandFailure(
                .checkFailed,
                "the ledger cannot be read: signal \(signal) ended the reading, as a damaged page of ledger/data.mdb does; "
                    + "put a backup back with: muniment restore"
            )
        }
        // Somebody else ended it, such as a kernel short of memory: nothing was found, and nothing may be concluded.
        return CommandFailure(
            .unopenable,
            "the reading was ended by signal \(signal): the ledger was not checked; run it again"
        )
    }
}
