import Dispatch
import Synchronization

/// What waits for the writer, in two bounded lines: the ordinary one, and one for commands that write a great deal.
final class CommandQueue: Sendable {
    /// Four thousand waiting commands are about a tenth of a second of work; more would only wait to be late.
    static let ordinaryMax = 4_096
    static let bulkMax = 16
    /// One drain: what goes into one commit.
    static let drainMax = 512

    private struct State {
        var ordinary: [any Submission] = []
        var bulk: [any Submission] = []
        /// Whether the last commit was for the ordinary line, so that the next may be for the other.
        var isBulkTurn = true
        var isWriterWaiting = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    /// - Returns: `nil` when it was taken, else why not.
    func add(_ submission: any Submission) -> Refusal? {
        let (refusal, ring) = state.withLock { state -> (Refusal?, Bool) in
            if state.isClosed { return (.busy(retryAfterSeconds: 1, "the server is stopping"), false) }
            if submission.isBulk {
                guard state.bulk.count < Self.bulkMax else { return (Self.full, false) }
                state.bulk.append(submission)
            } else {
                guard state.ordinary.count < Self.ordinaryMax else { return (Self.full, false) }
                state.ordinary.append(submission)
            }
            defer { state.isWriterWaiting = false }
            return (nil, state.isWriterWaiting)
        }
        if ring { bell.signal() }
        return refusal
    }

    private static let full = Refusal.busy(retryAfterSeconds: 1, "the write queue is full")

    /// Waits up to a second for something to do, if it may.
    ///
    /// - Returns: what goes into the next commit, possibly nothing; `nil` once closed and empty.
    func next(waits: Bool) -> [any Submission]? {
        if let taken = take(), !taken.isEmpty { return taken }
        let isOver = state.withLock { state in
            if state.isClosed { return state.ordinary.isEmpty && state.bulk.isEmpty }
            state.isWriterWaiting = waits && state.ordinary.isEmpty && state.bulk.isEmpty
            return false
        }
        if isOver { return nil }
        if state.withLock({ $0.isWriterWaiting }) { _ = bell.wait(timeout: .now() + .seconds(1)) }
        state.withLock { $0.isWriterWaiting = false }
        return take() ?? []
    }

    /// Puts back what a drain could not take any more; it stays first in line.
    func putBack(_ submissions: ArraySlice<any Submission>) {
        guard !submissions.isEmpty else { return }
        state.withLock { state in
            state.ordinary.insert(contentsOf: submissions.filter { !$0.isBulk }, at: 0)
            state.bulk.insert(contentsOf: submissions.filter(\.isBulk), at: 0)
        }
    }

    private func take() -> [any Submission]? {
        state.withLock { state in
            guard !state.ordinary.isEmpty || !state.bulk.isEmpty else { return nil }
            // They take turns: whoever comes while much is written waits for one such command, never for two, and
            // its own commit has none in it. Behind the others, or among them, a full drain would put it off for ever.
            if !state.bulk.isEmpty, state.isBulkTurn || state.ordinary.isEmpty {
                state.isBulkTurn = false
                return [state.bulk.removeFirst()]
            }
            state.isBulkTurn = true
            let taken = Array(state.ordinary.prefix(Self.drainMax))
            state.ordinary.removeFirst(taken.count)
            return taken
        }
    }

    /// Takes no more; what waits is still served.
    func close() {
        state.withLock {
            $0.isClosed = true
            $0.isWriterWaiting = false
        }
        bell.signal()
    }

    /// Everything that waits, taken out at once: the writer has stopped.
    func drainAll() -> [any Submission] {
        state.withLock { state in
            let all = state.ordinary + state.bulk
            state.ordinary = []
            state.bulk = []
            state.isClosed = true
            return all
        }
    }
}
