import OpenSSL
import Synchronization

/// What happened in a run, line by line: the same bytes for the same seed.
final class Trace: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    var count: Int { lines.withLock { $0.count } }
    var digest: String { SHA256Hash.hash(Array(text.utf8)).description }

    /// The end of it, where a failure stands.
    func tail(_ count: Int) -> String { lines.withLock { $0.suffix(count).joined(separator: "\n") } }
}
