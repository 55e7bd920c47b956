import Foundation
import Wire

/// The reading of `verify` in a process of its own: a torn page of the map can end whoever reads it by a signal.
enum VerifyingChild {
    /// Marks the process that reads.
    static let flag = "in-process"

    /// Runs this very command once more, to read; what it prints is printed.
    ///
    /// - Returns: its exit status, or a sentence when a signal ended it.
    static func run() throws -> (status: Int32, signalled: String?) {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = CommandLine.arguments.dropFirst() + ["--\(flag)"]
        child.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        do {
            try child.run()
        } catch {
            throw CommandFailure(.checkFailed, "the reading process cannot be started: \(error.localizedDescription)")
        }
        child.waitUntilExit()
        guard child.terminationReason == .uncaughtSignal else { return (child.terminationStatus, nil) }
        let signal = child.terminationStatus
        return (
            CommandFailure.Status.checkFailed.rawValue,
            "the ledger cannot be read: signal \(signal) ended the reading, as a damaged page of ledger/data.mdb does"
        )
    }
}
