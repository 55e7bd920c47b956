package import Identity
import Views
package import Wire

/// A change of one resource: what to decide is given, what comes back is the resource as it is then.
package struct Change<R: Resource>: Command {
    package typealias Decide = @Sendable (Room) throws -> [Event]

    let id: Identifier<R>
    package let isBulk: Bool
    private let decision: Decide

    package init(_ id: Identifier<R>, isBulk: Bool = false, decide: @escaping Decide) {
        self.id = id
        self.isBulk = isBulk
        decision = decide
    }

    package func decide(_ room: Room) throws -> [Event] { try decision(room) }

    package func output(_ room: Room) throws -> Versioned<R> {
        guard let resource = try room.facts.current(id) else { throw Rejection.notFound(R.noun) }
        return resource
    }

    package func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote? {
        RefusalNote(
            rejection,
            attempted: room.caller.request.endpoint,
            target: id.text,
            caller: room.caller
        )
    }
}
