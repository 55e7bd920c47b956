package import Identity
import Wire

/// Puts a new secret in the place of an application's present one.
package struct RotateSecret: Command {
    package let application: ApplicationID
    package let secret: ClientSecret
    package let overlapSeconds: Int64

    package init(application: ApplicationID, secret: ClientSecret, overlapSeconds: Int64) {
        self.application = application
        self.secret = secret
        self.overlapSeconds = overlapSeconds
    }

    package func decide(_ room: Room) throws -> [Event] {
        try Secret.rotate(
            of: application,
            to: secret.new,
            overlapSeconds: overlapSeconds,
            now: room.now,
            by: room.caller.authority,
            facts: room.facts
        )
    }

    package func output(_ room: Room) throws -> Versioned<Application> {
        try room.facts.living(application)
    }

    package func refusal(_ rejection: Rejection, _ room: Room) throws -> RefusalNote? {
        RefusalNote(
            rejection,
            attempted: room.caller.request.endpoint,
            target: application.text,
            caller: room.caller
        )
    }
}
