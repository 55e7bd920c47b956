import EventLog
package import Identity
import Wire

/// Something to be done: decided inside the writer's transaction, against the state as it stands there.
package protocol Command: Sendable {
    associatedtype Output: Sendable

    /// Whether it may wait behind others: at most one such command goes into a commit while others wait.
    var isBulk: Bool { get }

    /// What to write, or a `Rejection`. Authority is decided here and nowhere else.
    func decide(_ room: Room) throws -> [Event]

    /// The answer, read from the state after the entries; nothing is durable yet, so nothing leaves the writer before.
    func output(_ room: Room) throws -> Output

    /// The entry that a refusal leaves, if it leaves one.
    func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote?
}

extension Command {
    package var isBulk: Bool { false }

    /// A proven actor refused at the API, counted where the actor belongs.
    package func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote? {
        RefusalNote(rejection, attempted: room.caller.request.endpoint, caller: room.caller)
    }
}

/// The entry of a refusal, and by whom or about whom it is: known parties get entries, strangers are summed up.
package struct RefusalNote: Sendable {
    package var event: Event
    /// Who is refused, when that is somebody we know.
    package var party: String?

    package init(event: Event, party: String?) {
        self.event = event
        self.party = party
    }

    /// - Returns: `nil` for what makes no entry: content that means nothing (422), and what does not exist (404).
    package init?(_ rejection: Rejection, attempted: String, target: String? = nil, caller: Caller) {
        let (type, result): (EventType, Event.Result)
        switch rejection.kind {
        case .invalid, .absent, .unauthenticated: return nil
        case .denied, .limit: (type, result) = (.accessDenied, .denied)
        case .conflict, .moved: (type, result) = (.commandFailed, .failed)
        }
        var data: [(String, JSON)] = [("attempted", .string(attempted))]
        if let target { data.append(("target", .string(target))) }
        event = Event(type, chain: caller.home, result: result, code: rejection.code, data: .init(data))
        party = caller.actor.id
    }
}
