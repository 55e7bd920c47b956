package import Identity

/// Writes entries that no rule decides about: the ledger's own life, and reads.
package struct RecordEvents: Command {
    package let requirement: Requirement
    private let events: [Event]

    /// What the product has to say.
    package init(_ events: [Event]) {
        self.events = events
        requirement = .machine
    }

    /// That somebody read something.
    init(read: Event) {
        events = [read]
        requirement = .recording
    }

    package func decide(_ context: DecisionContext) throws -> Decision<Void> {
        Decision(try events.flatMap { try context.restatements(before: $0) + [$0] })
    }
}
