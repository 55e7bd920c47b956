import EventLog
package import Identity
import Views
import Wire

/// Ends an API key that somebody reports to have found: that it was found whole is the proof.
struct EndLeakedKey: Command {
    let mac: String

    var requirement: Requirement { .proof }

    func decide(_ context: DecisionContext) throws -> Decision<Void> {
        guard let proof = try APIKeyProof(mac: mac, context.facts) else { return Decision([]) }
        return Decision(try APIKey.endLeaked(proof.key, now: context.wall, facts: context.facts))
    }
}

/// Records that a known API key opens nothing any more.
package struct RefuseKey: Command {
    private let key: APIKeyID
    private let rejection: Rejection

    package init(_ key: APIKeyID, _ rejection: Rejection) { (self.key, self.rejection) = (key, rejection) }

    package var requirement: Requirement { .recording }
    package func decide(_ context: DecisionContext) throws -> Decision<Void> { throw rejection }

    package func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        let known = try context.facts.resource(key)
        let event = Event(
            AuthenticationSubject.entry(.failed),
            chain: known?.place ?? .platform,
            stream: key.text,
            result: .denied,
            code: rejection.code,
            data: ["attempted": .string(context.caller.request.endpoint)]
        )
        return RefusalEntry(event: event, party: key.text)
    }
}
