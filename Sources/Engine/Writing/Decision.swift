package import Identity

/// What a command comes to, as one value: the entries to write, which of them the request is about, and the answer.
package struct Decision<Output: Sendable> {
    package let events: [Event]
    /// The place of the entry that the request is about: traces and reason are sealed there, under its keys, so that
    /// they end with it.
    let subject: Int
    /// Reads the answer off the state after the entries; nothing is durable yet, so it leaves the writer later.
    let answer: @Sendable (DecisionContext) throws -> Output

    /// - Parameter resource: the identifier of what the request names; nil where the first entry says it.
    package init(
        _ events: [Event],
        about resource: String? = nil,
        answer: @escaping @Sendable (DecisionContext) throws -> Output,
    ) {
        self.events = events
        self.answer = answer
        subject = resource.flatMap { name in events.firstIndex { $0.stream == name } } ?? 0
    }
}

extension Decision where Output == Void {
    package init(_ events: [Event]) { self.init(events) { _ in } }
}
