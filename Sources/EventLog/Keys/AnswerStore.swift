package import Storage
import Synchronization
package import Wire

/// Answers that are shown once, kept for a day for the client that may ask again; each is sealed under that client's
/// own key, so that here they are noise.
///
/// A file holds the answers of one commit and is named for its time; a day later it is removed whole. Only where an
/// answer lies is kept in memory: it is read when it is asked for. What an earlier run left is looked through at the
/// first question that needs it, so a start reads no file. Only the writer's thread comes here.
package final class AnswerStore: Sendable {
    package static let lifetimeSeconds: Int64 = 86_400
    /// How many answers have their places remembered: three a second for a day, in about 50 MB.
    ///
    /// Past it the oldest files go sooner, and who repeats such a request learns that its answer is gone.
    package static let answersMax = 1 << 18
    /// How many files one sweep removes: each waits for the disk, and so does the commit behind it.
    package static let filesPerSweepMax = 32

    /// The name of a file: its second, and a number that no other file has.
    private struct Stamp: Hashable {
        let seconds: Int64
        let number: Int

        var name: String { "\(seconds)-\(number)" }

        init(seconds: Int64, number: Int) {
            self.seconds = seconds
            self.number = number
        }

        init?(_ name: String) {
            let parts = name.split(separator: "-")
            guard parts.count == 2, let seconds = Int64(parts[0]), let number = Int(parts[1]) else { return nil }
            self.init(seconds: seconds, number: number)
        }
    }

    private struct State {
        var staged: [KeyBundle.Record] = []
        /// Where the newest answer of each name lies.
        var places: [String: Stamp] = [:]
        /// The files with the names in them, oldest first.
        var files: [(stamp: Stamp, ids: [String])] = []
        /// How many of them, from the oldest on, have not been looked through.
        var unread: Int
        var next: Int
    }

    private let folder: SmallFiles
    private let state: Mutex<State>

    package init(folder: SmallFiles) throws {
        self.folder = folder
        let found = try folder.list().compactMap(Stamp.init)
        let stamps = found.sorted { ($0.seconds, $0.number) < ($1.seconds, $1.number) }
        // The clock may give a second twice, so a number is never used again while a file bears it.
        let next = (stamps.map(\.number).max() ?? -1) + 1
        state = Mutex(State(files: stamps.map { ($0, []) }, unread: stamps.count, next: next))
    }

    /// An answer that is kept, or about to be: a repetition may wait in the very drain that keeps it.
    ///
    /// - Returns: `nil` for one whose file is damaged too: that costs an answer, never a start.
    package func answer(_ id: String) -> [UInt8]? {
        state.withLock { state in
            if let staged = state.staged.last(where: { $0.id == id }) { return staged.wrapped }
            while state.places[id] == nil, state.unread > 0 { lookThroughNext(&state) }
            return state.places[id].flatMap { place in records(in: place).last { $0.id == id }?.wrapped }
        }
    }

    package func stage(_ id: String, _ sealed: [UInt8]) {
        state.withLock { $0.staged.append(KeyBundle.Record(id: id, wrapped: sealed)) }
    }

    var staged: [KeyBundle.Record] { state.withLock { $0.staged } }

    /// Makes what was staged durable.
    package func flush(now: Instant) throws { try write(staged, now: now) }

    /// Makes answers durable, before the entries that promise them; nothing where there are none.
    func write(_ records: [KeyBundle.Record], now: Instant) throws {
        guard !records.isEmpty else { return }
        try state.withLock { state in
            let stamp = Stamp(seconds: now.seconds, number: state.next)
            // A failed write may have left its file, so its number is spent.
            state.next += 1
            try folder.write(stamp.name, KeyBundle(records: records).encoded, mode: 0o600)
            let ids = records.map(\.id)
            for id in ids { state.places[id] = stamp }
            state.files.append((stamp, ids))
            state.staged.removeAll()
        }
    }

    package func discardStaged() { state.withLock { $0.staged.removeAll() } }

    /// Removes what is older than a day, a few files at a time.
    ///
    /// A file that cannot be removed is left to the next start, and no commit fails for it.
    ///
    /// - Returns: what went wrong, for the operator.
    @discardableResult
    package func sweep(now: Instant) -> String? {
        var problem: String?
        for stamp in state.withLock({ Self.takeOld(&$0, before: now.seconds - Self.lifetimeSeconds) }) {
            do throws(StorageError) {
                try folder.remove(stamp.name)
            } catch {
                problem = "an old answer could not be removed: \(error)"
            }
        }
        return problem
    }

    private static func takeOld(_ state: inout State, before limit: Int64) -> [Stamp] {
        var taken: [Stamp] = []
        while taken.count < filesPerSweepMax, let (stamp, ids) = state.files.first,
            stamp.seconds < limit || state.places.count > answersMax
        {
            // A name may have been used again since: its newer answer stays.
            for id in ids where state.places[id] == stamp { state.places[id] = nil }
            state.files.removeFirst()
            state.unread = max(0, state.unread - 1)
            taken.append(stamp)
        }
        return taken
    }

    /// The newest file that was not looked through: what a newer one told stands.
    private func lookThroughNext(_ state: inout State) {
        state.unread -= 1
        let stamp = state.files[state.unread].stamp
        let ids = records(in: stamp).map(\.id)
        state.files[state.unread].ids = ids
        for id in ids where state.places[id] == nil { state.places[id] = stamp }
    }

    private func records(in stamp: Stamp) -> [KeyBundle.Record] {
        guard let bytes = try? folder.read(stamp.name), let bundle = try? KeyBundle(decoding: bytes) else { return [] }
        return bundle.records
    }
}
