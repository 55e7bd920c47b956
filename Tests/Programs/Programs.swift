import Foundation

/// Programs that tests run.
package enum Programs {
    /// The project's folder; links are followed, so that a package of links finds it too.
    package static let project = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

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
    package static func run(_ words: [String]) async throws -> RunningProgram.Ended {
        try await RunningProgram(words).end()
    }

    /// Runs the verifier that shares no code with the command.
    package static func verify(_ words: [String]) async throws -> RunningProgram.Ended {
        try await run(["python3", "\(project)/Tools/verify_ledger.py"] + words)
    }
}
