package import Identity
import Views
import Wire

/// Notes that an access token of an application no longer stands.
package struct RefuseToken: Command {
    /// Whom the token was issued to.
    private let client: ApplicationID

    package init(client: ApplicationID) { self.client = client }

    package func decide(_ room: Room) throws -> [Event] { throw Rejection.invalidToken }
    package func output(_ room: Room) throws {}

    package func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote? {
        let known = try room.facts.current(client)
        let event = Event(
            .authenticationFailed,
            chain: .platform,
            stream: known?.id.text,
            result: .denied,
            code: rejection.code,
            data: ["attempted": .string(room.caller.request.endpoint)]
        )
        return RefusalNote(event: event, party: known?.id.text)
    }
}

extension Instance {
    /// Counts a refusal of somebody who proved to be nobody we know: what strangers do goes past the writer's queue.
    package func countRefusal(_ rejection: Rejection, at endpoint: String) {
        refusals.count(code: rejection.code, endpoint: endpoint, chain: .platform, now: world.wall())
    }
}
