import Synchronization

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

    /// Waits for a request.
    func isReached() async { await until(hasCome) }

    func pass() async {
        hasCome.set()
        await until(isOpen)
    }

    private func until(_ flag: Flag) async {
        while !flag.isSet, (try? await Task.sleep(for: .milliseconds(5))) != nil {}
    }
}
