package import Identity
import Views
import Wire

/// Notes that an access token proved nobody: about an application we know by an entry, about strangers in sums.
package struct RefuseToken: Command {
    /// Whom the token was issued to, where its signature holds.
    private let client: ApplicationID?

    package init(client: ApplicationID?) { self.client = client }

    package func decide(_ room: Room) throws -> [Event] { throw Rejection.invalidToken }
    package func output(_ room: Room) throws {}

    package func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote? {
        let known = try client.flatMap { try room.facts.current($0) }
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
