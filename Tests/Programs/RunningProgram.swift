package import Foundation
import Glibc
import Synchronization

/// A program that a test has started, its output in files, so that no full pipe can stop it.
///
/// It inherits nothing but what it is given: a descriptor would keep somebody else's pipe open, and signals that are
/// blocked in the thread that starts it could not end it. It is killed with its last reference; what it has started
/// itself is its own business.
package final class RunningProgram: Sendable {
    package struct Ended: Sendable {
        /// As a shell tells it: 128 and the signal's number where a signal ended it.
        package let status: Int32
        package let output: String
        package let errors: String

        package var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    package struct TookTooLong: Error {
        let words: [String]
        let errors: String
    }

    /// `posix_spawn(3)` refused.
    package struct NotStarted: Error {
        let words: [String]
        let code: Int32
    }

    package static let secondsMax = 60.0

    package let id: pid_t
    private let words: [String]
    private let folder: Folder
    private let ending = Ending()

    /// - Parameters:
    ///   - words: a path, or a name to be looked for in `PATH`, and its arguments.
    ///   - environment: all of it; that of the tests unless something else is given.
    ///   - input: what it reads; nothing unless something is given.
    ///   - output: where what it prints goes, unless to `output`.
    package init(
        _ words: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        input: FileHandle? = nil,
        output: FileHandle? = nil,
    ) throws {
        self.words = words
        folder = try Folder()
        let nothing = try FileHandle(forReadingFrom: URL(filePath: "/dev/null"))
        let (outputFile, errorFile) = (try folder.handle("output"), try folder.handle("errors"))
        let standard = [input ?? nothing, output ?? outputFile, errorFile]
        id = try Self.spawn(words, environment, standard.map(\.fileDescriptor))
        withExtendedLifetime(standard) {}
        ending.wait(for: id)
    }

    deinit { signal(SIGKILL) }

    package var output: String { folder.text("output") }
    package var errors: String { folder.text("errors") }

    package var isRunning: Bool { ending.status.withLock { $0 } == nil }

    package func signal(_ number: Int32) {
        // Its number belongs to nobody else while the lock is held and no status is there.
        ending.status.withLock { status in
            if status == nil { _ = kill(id, number) }
        }
    }

    /// Waits for the end.
    package func end(within seconds: Double = secondsMax) async throws -> Ended {
        try await wait(within: seconds) { !isRunning }
        return Ended(status: ending.status.withLock { $0 } ?? -1, output: output, errors: errors)
    }

    /// Waits for something that it does, or for its end.
    package func wait(within seconds: Double = secondsMax, until isDone: () -> Bool) async throws {
        let limit = ContinuousClock.now + .seconds(seconds)
        while !isDone(), isRunning {
            guard ContinuousClock.now < limit else {
                signal(SIGKILL)
                throw TookTooLong(words: words, errors: errors)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// How a program ended.
///
/// A thread waits for that, so that whoever has ended does not stand before the children for which the test library
/// waits: it looks at one of them at a time.
private final class Ending: Sendable {
    let status = Mutex<Int32?>(nil)

    func wait(for id: pid_t) {
        Thread.detachNewThread { [self] in
            // It stays what it is until it is asked below.
            var information = unsafe siginfo_t()
            while unsafe waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
            status.withLock { status in
                var told: Int32 = 0
                while unsafe waitpid(id, &told, 0) == -1, errno == EINTR {}
                // wait(2): the signal in the low seven bits, else the exit status in the second byte.
                status = told & 0x7F == 0 ? told >> 8 & 0xFF : 128 + told & 0x7F
            }
        }
    }
}
