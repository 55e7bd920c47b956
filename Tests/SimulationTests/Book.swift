import EventLog
import Synchronization
import Wire

/// What the clients of a run were told, and what they asked: the naive model, in plain dictionaries.
final class Book: Sendable {
    /// A request that a client may repeat under its Idempotency-Key.
    struct Attempt: Sendable {
        let key: String
        let kind: Known.Kind?
        let parent: String?
        let slug: String?
        let name: String
        let path: String
        let body: [UInt8]
        /// The day it was first sent on: it may be repeated as long as that lasts.
        let day: Int
        /// Whether it was said to be done, without its answer.
        var wasDone = false
    }

    /// What a reader saw of a resource, and as of which index.
    struct Sight: Sendable, Equatable {
        let id: String
        let kind: Known.Kind
        let index: UInt64
        let name: String
        let version: UInt64
    }

    /// What came of a request, as far as its client was told.
    enum Told: Sendable, Equatable {
        case nothing
        case status(Int)
        /// That it was done, but no more than that: it leaves an entry.
        case done
    }

    struct State {
        var isOver = false
        var resources: [String: Known] = [:]
        /// The bytes behind every index that was acknowledged; `nil` where nobody could read them any more.
        var acknowledged: [UInt64: [UInt8]?] = [:]
        var requests: [String: Told] = [:]
        /// Under their keys, the requests whose outcome nobody knows, and the answers of those that were done.
        var open: [Attempt] = []
        var done: [(attempt: Attempt, status: Int, body: [UInt8])] = []
        var tokens: [String: UInt64] = [:]
        /// Tokens that were taken back, and when they would have ended.
        var takenBack: [(text: String, end: Instant)] = []
        /// The latest that the clock has said and was set back from.
        var latestWall = Instant.earliest
        var sights: [Sight] = []
        /// What was answered about what stands where.
        var answers: [Answered] = []
        /// The plans that were carried out, or may have been.
        var carriedOut: [CarriedOut] = []
        var violations: [Violation] = []
        var checkpoints: [SignedNote] = []
        var statuses: [Int: Int] = [:]
        /// The token of the first service; `nil` when it must be asked for again.
        var adminToken: String?
        var names = 0
        var day = 0
        /// Whether this life has an excuse beside the faults of its disk: a clock that was set, an end.
        var isTroubled = false
        var isStopped = false
    }

    private let state = Mutex(State())

    func use<R: Sendable>(_ body: (inout State) -> R) -> R { state.withLock { body(&$0) } }

    func violate(_ invariant: String, _ what: String) {
        use { $0.violations.append(Violation(invariant: invariant, what: what)) }
    }

    func nextRequest() -> String {
        use { state in
            let id = "req_\(state.requests.count + 1)"
            state.requests[id] = .nothing
            return id
        }
    }

    func nextName(_ prefix: String) -> String {
        use { state in
            state.names += 1
            return "\(prefix)\(state.names)"
        }
    }
}

/// An invariant that does not hold, and where it was seen.
struct Violation: Sendable, Equatable, CustomStringConvertible {
    let invariant: String
    let what: String

    var description: String { "\(invariant): \(what)" }
}
