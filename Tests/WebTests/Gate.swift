import Patience
import Synchronization
import Testing

/// Holds a request of the example until a test opens it; each test names gates of its own.
final class Gate: Sendable {
    private static let all = Mutex<[String: Gate]>([:])

    private let hasCome = Flag()
    private let isOpen = Flag()

    static subscript(name: String) -> Gate {
        all.withLock { all in
            let gate = all[name] ?? Gate()
            all[name] = gate
            return gate
        }
    }

    func open() { isOpen.set() }

    /// Waits for a request; a test to which none comes has failed.
    func isReached() async {
        do {
            try await until { hasCome.isSet }
        } catch {
            Issue.record(error)
        }
    }

    /// Waits for the opening, or until the server gives the request up.
    func pass() async {
        hasCome.set()
        try? await until { isOpen.isSet }
    }
}
