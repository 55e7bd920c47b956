import Foundation
import Programs

/// The built command, run as its users run it.
enum Command {
    static let executable = Programs.built("muniment")

    /// The caller's environment without settings of a server that it may run.
    private static let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MUNIMENT_") }

    /// Starts `muniment`, or another program in its environment.
    static func start(
        _ words: [String],
        program: String = executable,
        with environment: [String: String] = [:],
        in place: String? = nil,
    ) throws -> RunningProgram {
        let there = place.map { ["env", "-C", $0] } ?? []
        return try RunningProgram(
            there + [program] + words,
            environment: Self.environment.merging(environment) { $1 }
        )
    }

    /// Runs `muniment` to its end.
    static func run(_ words: String..., with environment: [String: String] = [:]) async throws -> RunningProgram.Ended {
        try await start(words, with: environment).end()
    }
}

extension RunningProgram {
    /// Waits until a line of standard error begins so, or the program has ended.
    func wait(forErrorLine start: String) async throws {
        try await wait { errors.split(separator: "\n").contains { $0.hasPrefix(start) } }
    }
}
