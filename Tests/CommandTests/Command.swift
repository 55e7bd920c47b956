import Foundation

/// The built command, run as its users run it.
struct Command: Sendable {
    /// What came of a run.
    struct Ended: Sendable {
        let status: Int32
        let output: String
        let errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    struct TookTooLong: Error { let words: [String] }

    static let secondsMax = 60.0

    /// It is built beside the tests.
    static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("muniment")

    /// The verifier that shares no code with the command.
    static let verifier = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Tools/verify_ledger.py")

    /// The caller's environment without settings of a server that it may run.
    static let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MUNIMENT_") }

    /// Runs `muniment` to its end.
    static func run(_ words: String..., with environment: [String: String] = [:]) async throws -> Ended {
        try await RunningCommand(words, with: environment).end()
    }

    static func verify(_ words: [String]) async throws -> Ended {
        let python = URL(fileURLWithPath: "/usr/bin/env")
        return try await RunningCommand(["python3", verifier.path] + words, program: python).end()
    }
}

/// A program under way, its output in files, so that no full pipe can stop it.
final class RunningCommand: @unchecked Sendable {
    // Unchecked: a test uses it from one task at a time, and Process guards itself.
    private let process = Process()
    private let words: [String]
    private let folder: Folder

    init(
        _ words: [String],
        program: URL = Command.executable,
        with environment: [String: String] = [:],
        in place: String? = nil,
    ) throws {
        self.words = words
        folder = try Folder()
        process.executableURL = program
        process.arguments = words
        process.environment = Command.environment.merging(environment) { $1 }
        if let place { process.currentDirectoryURL = URL(fileURLWithPath: place) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try folder.handle("output")
        process.standardError = try folder.handle("errors")
        try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    var id: Int32 { process.processIdentifier }
    var output: String { folder.text("output") }
    var errors: String { folder.text("errors") }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end.
    func end(within seconds: Double = Command.secondsMax) async throws -> Command.Ended {
        try await wait(within: seconds) { !process.isRunning }
        return Command.Ended(status: process.terminationStatus, output: output, errors: errors)
    }

    /// Waits until a text stands in standard error, or the program has ended.
    func wait(forError text: String) async throws {
        try await wait(within: Command.secondsMax) { errors.contains(text) || !process.isRunning }
    }

    private func wait(within seconds: Double, _ isDone: () -> Bool) async throws {
        let limit = Date(timeIntervalSinceNow: seconds)
        while !isDone() {
            guard Date() < limit else {
                process.terminate()
                throw Command.TookTooLong(words: words)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
