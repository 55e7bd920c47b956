import Foundation

/// Programs that tests run.
package enum Programs {
    /// The project's folder.
    package static let project = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The verifier that shares no code with the command, and what runs it.
    package static let verifier = ["python3", "\(project)/Tools/verify_ledger.py"]

    /// The path of a program that is built beside the tests.
    package static func built(_ name: String) -> String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// Whether a program is found by its name.
    package static func isInstalled(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }

    /// Runs a program to its end.
    package static func run(_ words: [String], within seconds: Double = RunningProgram.secondsMax) async throws
        -> RunningProgram.Ended
    {
        try await RunningProgram(words).end(within: seconds)
    }
}
