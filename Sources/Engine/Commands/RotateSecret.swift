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

    package var requirement: Requirement { .permission(.writes(Application.self)) }

    package func decide(_ context: DecisionContext) throws -> Decision<Versioned<Application>> {
        let events = try Secret.rotate(
            of: application,
            to: secret.new,
            overlapSeconds: overlapSeconds,
            now: context.wall,
            by: context.authority,
            facts: context.facts
        )
        return Decision(events, about: secret.new.id.text) { [application] in try $0.facts.living(application) }
    }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        RefusalEntry(
            rejection,
            attempted: context.caller.request.endpoint,
            target: application.text,
            caller: context.caller
        )
    }
}
