import EventLog
package import Identity
import Wire

/// Something to be done: decided inside the writer's transaction, against the state as it stands there.
package protocol Command: Sendable {
    associatedtype Output: Sendable

    /// Whether it may wait behind others: at most one such command goes into a commit while others wait.
    var isBulk: Bool { get }

    /// What its caller must be allowed, asked in the writer's transaction before anything is decided.
    var requirement: Requirement { get }

    /// What to write and to answer, or a `Rejection`. How far authority reaches is decided here.
    func decide(_ context: DecisionContext) throws -> Decision<Output>

    /// The entry that a refusal leaves, if it leaves one.
    func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry?
}

extension Command {
    package var isBulk: Bool { false }

    /// A proven actor refused at the API, counted where the actor belongs.
    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(rejection, attempted: context.caller.request.endpoint, caller: context.caller)
    }
}

/// What a command's caller must be allowed.
///
/// Every command says one: none is carried out for want of a word.
package enum Requirement: Sendable {
    /// A right in an area of the API.
    case permission(Permission)
    /// The caller proves itself within the decision, which fails where it does not.
    case proof
    /// Only what happened is written down, no state: what was seen or refused was judged where that was done.
    case recording
    /// Only the product itself does this, and the operator at the machine.
    case machine

    func require(_ caller: Caller, _ authority: Authority) throws(Rejection) {
        switch self {
        case .permission(let permission): try authority.require(permission)
        case .proof, .recording: break
        case .machine:
            switch caller.credential {
            case .machine: break
            case .none, .token, .key: throw .accessDenied
            }
        }
    }
}

/// The entry of a refusal, and by whom or about whom it is: known parties get entries, strangers are summed up.
package struct RefusalEntry: Sendable {
    package var event: Event
    /// Who is refused, when that is somebody we know.
    package var party: String?

    package init(event: Event, party: String?) {
        self.event = event
        self.party = party
    }

    /// - Returns: `nil` for what makes no entry: content that means nothing (422), and what does not exist (404).
    package init?(_ rejection: Rejection, attempted: String, target: String? = nil, caller: Caller) {
        let (type, result): (EntryType, Event.Result)
        switch rejection.kind {
        case .malformed, .invalid, .absent, .unproven: return nil
        case .forbidden, .limit, .tooMany: (type, result) = (AccessSubject.entry(.denied), .denied)
        case .conflict, .moved: (type, result) = (CommandSubject.entry(.failed), .failed)
        }
        var data: [(String, JSON)] = [("attempted", .string(attempted))]
        if let target { data.append(("target", .string(target))) }
        event = Event(type, chain: caller.home, result: result, code: rejection.code, data: .init(data))
        party = caller.actor.id
    }
}
