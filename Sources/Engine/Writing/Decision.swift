package import EventLog
package import Identity

/// What a command comes to, as one value: the entries to write, which of them the request is about, and the answer.
package struct Decision<Output: Sendable> {
    package let events: [Event]
    /// The place of the entry that the request is about: traces and reason are sealed there, under its keys, so that
    /// they end with it.
    let subject: Int
    /// Reads the answer off the state after the entries; nothing is durable yet, so it leaves the writer later.
    let answer: @Sendable (DecisionContext) throws -> Output
    /// Puts the keys that its entries name into the key store; nil where they name none of their own.
    let keys: KeyStaging?
    /// What is written in the place of the entries, where those are only tried.
    let instead: [Event]?

    /// - Parameters:
    ///   - resource: the identifier of what the request names; nil where the first entry says it.
    ///   - keys: done on the writer's thread once this is what is written, so that the commit makes them durable before
    ///     the entries. Staged earlier, they could go with somebody else's commit that found no free space.
    package init(
        _ events: [Event],
        about resource: String? = nil,
        keys: KeyStaging? = nil,
        answer: @escaping @Sendable (DecisionContext) throws -> Output,
    ) {
        self.events = events
        self.answer = answer
        self.keys = keys
        instead = nil
        subject = resource.flatMap { name in events.firstIndex { $0.stream == name } } ?? 0
    }

    /// The same entries, tried and not written; what is written is that somebody looked.
    init<Tried>(trying decision: Decision<Tried>, writing seen: Event, output: Output) {
        events = decision.events
        subject = decision.subject
        keys = nil
        instead = [seen]
        answer = { _ in output }
    }
}

extension Decision where Output == Void {
    package init(_ events: [Event], keys: KeyStaging? = nil) { self.init(events, keys: keys) { _ in } }
}

/// Puts keys into the key store, for the commit to write before the entries that name them.
package typealias KeyStaging = @Sendable (KeyStore) -> Void
