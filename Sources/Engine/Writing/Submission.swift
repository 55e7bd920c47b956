import EventLog
import Identity
import Wire

/// A command on its way through the writer: decided in one step, answered in another, once its entries are durable.
protocol Submission: AnyObject, Sendable {
    var isBulk: Bool { get }
    var caller: Caller { get }
    var idempotency: Idempotency? { get }
    /// Whether the outcome is a refusal, which stands whether or not anything can be read yet.
    var isRefused: Bool { get }

    var requirement: Requirement { get }
    /// Decides.
    func decide(_ context: DecisionContext) throws -> Decided
    /// Reads the answer off the state after the entries.
    func finish(_ context: DecisionContext, index: UInt64?) throws
    /// Keeps a refusal as the outcome and tells which entry it leaves.
    func refuse(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry?
    /// What may be sent again to the client that repeats the request; read after `finish`.
    func replayable() -> [UInt8]?
    /// Lets the caller go on, with what was decided, or with a fault that undoes it.
    func answer(_ fault: Refusal?)
    /// Replaces the outcome by one from an earlier, identical request.
    func replay(_ outcome: Replay)
}

/// What is to be written.
struct Decided {
    var events: [Event]
    /// The place of the entry that the request is about.
    var subject: Int
    /// What is written in their place, where they are only tried.
    var instead: [Event]?
}

/// What a repeated request is answered with.
enum Replay {
    case answer([UInt8], index: UInt64)
    case rejection(Rejection)
}

/// What came of a command, and the index a reader must have seen to see it.
package struct Receipt<Output: Sendable>: Sendable {
    package enum Result: Sendable {
        case done(Output)
        /// The request was made before; these are the bytes it was answered with.
        case repeated([UInt8])
    }

    package let result: Result
    /// The index of the command's last entry; of the state it was decided against when it wrote none.
    package let index: UInt64
}
