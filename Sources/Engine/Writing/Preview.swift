import EventLog
import Identity
import OpenSSL
import Plans
import Wire

/// What a command comes to at the state that it is decided on.
struct Trial: Sendable {
    let events: [Event]
    /// What the same command must come to still when it is carried out.
    let digest: Digest
    let now: Instant
    /// The last entry before it.
    let index: UInt64

    /// - Parameter request: what the client asks for; the same bytes for the same request.
    init(_ events: [Event], for request: [UInt8], key: [UInt8], _ context: DecisionContext) throws {
        let plan = try Plan(of: events, from: context.facts, now: context.now, home: context.caller.home)
        digest = PlanDigest.digest(of: plan, for: request, key: key)
        (self.events, now, index) = (events, context.now, context.index)
    }
}

/// A command that is decided where it would be decided, and prepared, and taken back: all that is written of it is that
/// somebody looked.
///
/// Whatever would refuse the command refuses its preview, with the same words and the same entry.
struct Preview<C: Command>: Command {
    let command: C
    let request: [UInt8]
    let key: [UInt8]

    var isBulk: Bool { command.isBulk }
    var requirement: Requirement { command.requirement }

    func decide(_ context: DecisionContext) throws -> Decision<Trial> {
        let decision = try command.decide(context)
        let trial = try Trial(decision.events, for: request, key: key, context)
        return Decision(trying: decision, writing: Self.seen(decision, context), output: trial)
    }

    func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        try command.refusal(rejection, context)
    }

    /// Counted where the change would be, but where that would be a new chain; it names what is there already.
    private static func seen(_ decision: Decision<C.Output>, _ context: DecisionContext) -> Event {
        let isThere = { (event: Event) in event.type.effect != .creates && event.stream != nil }
        let subject = decision.events.isEmpty ? nil : decision.events[decision.subject]
        let begins = subject.map { $0.type.effect == .creates && $0.stream == $0.chain.text } ?? true
        let place = begins ? context.caller.home : subject?.chain ?? context.caller.home
        return Event(
            CommandSubject.entry(.previewed),
            chain: place,
            stream: decision.events.first(where: isThere)?.stream,
            data: ["attempted": .string(context.caller.request.endpoint)]
        )
    }
}

/// A command that is carried out only where it comes to what was shown.
struct Agreed<C: Command>: Command {
    let command: C
    let request: [UInt8]
    let key: [UInt8]
    let shown: Digest
    /// What it comes to instead, for the answer.
    let moved: Kept<Trial>

    var isBulk: Bool { command.isBulk }
    var requirement: Requirement { command.requirement }

    func decide(_ context: DecisionContext) throws -> Decision<C.Output> {
        let decision = try command.decide(context)
        let trial = try Trial(decision.events, for: request, key: key, context)
        if trial.digest == shown { return decision }
        moved.store(trial)
        throw Rejection.planMoved
    }

    func refusal(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        try command.refusal(rejection, context)
    }
}
