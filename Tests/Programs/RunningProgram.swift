package import Foundation
import Glibc
import Synchronization

/// A program that a test has started, its output in files, so that no full pipe can stop it.
///
/// It inherits nothing but what it is given: of descriptors it would keep somebody else's pipe from ending, and signals
/// that are blocked in the thread that starts it could not end it. It is killed with its last reference.
package final class RunningProgram: Sendable {
    package struct Ended: Sendable {
        /// As a shell tells it: 128 and the signal's number where a signal ended it.
        package let status: Int32
        package let output: String
        package let errors: String

        package var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    package struct TookTooLong: Error { let words: [String] }

    /// `posix_spawn(3)` refused.
    package struct NotStarted: Error {
        let words: [String]
        let code: Int32
    }

    package static let secondsMax = 60.0

    package let id: pid_t
    private let words: [String]
    private let folder: Folder
    /// The status once it has ended and has been asked; until then its number belongs to nobody else.
    private let status = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - words: a path, or a name to be looked for in `PATH`, and its arguments.
    ///   - environment: all of it; that of the tests unless something else is given.
    ///   - input: what it reads; nothing unless something is given.
    ///   - output: where what it prints goes instead of `output`.
    package init(
        _ words: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        input: FileHandle = .nullDevice,
        output: FileHandle? = nil,
    ) throws {
        self.words = words
        folder = try Folder()
        for name in ["output", "errors"] { try folder.write(name, "") }
        let (outputFile, errorFile) = (try folder.handle("output"), try folder.handle("errors"))
        let nothing = try FileHandle(forReadingFrom: URL(filePath: "/dev/null"))
        let standard = [input === FileHandle.nullDevice ? nothing : input, output ?? outputFile, errorFile]
        id = try Self.spawn(words, environment, standard.map(\.fileDescriptor))
        withExtendedLifetime(standard) {}
    }

    /// Whoever has ended is asked how, or it would stand in the way of those whom the tests' own monitor waits for.
    deinit {
        signal(SIGKILL)
        _ = poll(waits: true)
    }

    package var output: String { folder.text("output") }
    package var errors: String { folder.text("errors") }

    package var isRunning: Bool { poll() == nil }

    package func signal(_ number: Int32) {
        status.withLock { status in
            if status == nil { _ = kill(id, number) }
        }
    }

    /// Waits for the end.
    package func end(within seconds: Double = secondsMax) async throws -> Ended {
        try await wait(within: seconds) { !isRunning }
        return Ended(status: poll() ?? -1, output: output, errors: errors)
    }

    /// Waits for something that it does, or for its end.
    package func wait(within seconds: Double = secondsMax, until isDone: () -> Bool) async throws {
        let limit = ContinuousClock.now + .seconds(seconds)
        while !isDone(), isRunning {
            guard ContinuousClock.now < limit else {
                signal(SIGKILL)
                throw TookTooLong(words: words)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func poll(waits: Bool = false) -> Int32? {
        status.withLock { status in
            if let status { return status }
            var (told, found): (Int32, pid_t) = (0, 0)
            repeat { found = unsafe waitpid(id, &told, waits ? 0 : WNOHANG) } while found == -1 && errno == EINTR
            guard found == id else { return nil }
            // wait(2): the signal in the low seven bits, else the exit status in the second byte.
            status = told & 0x7F == 0 ? told >> 8 & 0xFF : 128 + told & 0x7F
            return status
        }
    }
}
