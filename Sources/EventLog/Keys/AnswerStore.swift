package import Storage
import Synchronization
package import Wire

/// Answers that are shown once, kept for a day for the client that may ask again; each is sealed under that client's
/// own key, so that here they are noise.
///
/// A file holds the answers of one commit and is named for its time; a day later it is removed whole.
package final class AnswerStore: Sendable {
    package static let lifetimeSeconds: Int64 = 86_400

    private struct State {
        var known: [String: [UInt8]] = [:]
        var staged: [KeyBundle.Record] = []
        /// File names with the answers in them, oldest first.
        var files: [(seconds: Int64, name: String, ids: [String])] = []
        var next = 0
    }

    private let folder: SmallFiles
    private let state: Mutex<State>

    package init(folder: SmallFiles) throws {
        self.folder = folder
        var state = State()
        for name in try folder.list() {
            guard let seconds = Self.seconds(of: name), let bytes = try folder.read(name) else { continue }
            let bundle = try KeyBundle(decoding: bytes)
            for record in bundle.records { state.known[record.id] = record.wrapped }
            state.files.append((seconds, name, bundle.records.map(\.id)))
        }
        state.files.sort { $0.seconds < $1.seconds }
        self.state = Mutex(state)
    }

    /// An answer that is kept, or about to be: a repetition may wait in the very drain that keeps it.
    package func answer(_ id: String) -> [UInt8]? {
        state.withLock { state in state.known[id] ?? state.staged.last { $0.id == id }?.wrapped }
    }

    package func stage(_ id: String, _ sealed: [UInt8]) {
        state.withLock { $0.staged.append(KeyBundle.Record(id: id, wrapped: sealed)) }
    }

    /// Makes what was staged durable, before the entries that promise it.
    package func flush(now: Instant) throws {
        let (staged, number) = state.withLock { ($0.staged, $0.next) }
        guard !staged.isEmpty else { return }
        let name = "\(now.seconds)-\(number)"
        try folder.write(name, KeyBundle(records: staged).encoded, mode: 0o600)
        state.withLock { state in
            for record in staged { state.known[record.id] = record.wrapped }
            state.staged.removeAll()
            state.next += 1
            state.files.append((now.seconds, name, staged.map(\.id)))
        }
    }

    package func discardStaged() { state.withLock { $0.staged.removeAll() } }

    /// Removes what is older than a day.
    package func sweep(now: Instant) throws {
        let limit = now.seconds - Self.lifetimeSeconds
        let old = state.withLock { state in
            let old = state.files.prefix { $0.seconds < limit }
            state.files.removeFirst(old.count)
            for file in old { for id in file.ids { state.known[id] = nil } }
            return Array(old)
        }
        for file in old { try folder.destroy(file.name) }
    }

    private static func seconds(of name: String) -> Int64? {
        let parts = name.split(separator: "-")
        return parts.count == 2 ? Int64(parts[0]) : nil
    }
}
