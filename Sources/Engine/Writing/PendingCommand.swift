import EventLog
import Identity
import Synchronization
import Wire

/// One waiting command with the caller's continuation: the typed half of a submission.
///
/// What becomes of it is kept without its type: each use of a generic type looks that type up, and every request makes
/// many.
final class PendingCommand<C: Command>: Submission {
    typealias Answer = CheckedContinuation<Result<Receipt<C.Output>, Refusal>, Never>

    let command: C
    let caller: Caller
    let idempotency: Idempotency?
    private let encode: (@Sendable (C.Output, _ index: UInt64) -> [UInt8])?
    private let waiting: Answer
    private let state = Mutex(PendingState())

    init(
        _ command: C,
        caller: Caller,
        idempotency: Idempotency?,
        encode: (@Sendable (C.Output, _ index: UInt64) -> [UInt8])?,
        answer: Answer,
    ) {
        self.command = command
        self.caller = caller
        self.idempotency = idempotency
        self.encode = encode
        waiting = answer
    }

    var isBulk: Bool { command.isBulk }
    var requirement: Requirement { command.requirement }

    func decide(_ context: DecisionContext) throws -> Decided {
        let decision = try command.decide(context)
        state.withLock { $0.read = decision.answer }
        decision.keys?(context.keys)
        return Decided(events: decision.events, subject: decision.subject, instead: decision.instead)
    }

    func finish(_ context: DecisionContext, index: UInt64?) throws {
        guard let read = state.withLock({ $0.read }) else { throw Refusal.failed }
        let output = try read(context)
        state.withLock { $0.outcome = .done(output, index: index ?? context.index) }
    }

    func refuse(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalEntry? {
        state.withLock { $0.outcome = .refused(.rejected(rejection)) }
        return try command.refusal(rejection, context)
    }

    var isRefused: Bool {
        switch state.withLock({ $0.outcome }) {
        case .done, .repeated: false
        case .refused: true
        }
    }

    func replayable() -> [UInt8]? {
        guard let encode, case .done(let output, let index) = state.withLock({ $0.outcome }),
            let output = output as? C.Output
        else { return nil }
        return encode(output, index)
    }

    func replay(_ replay: Replay) {
        let outcome: PendingState.Outcome =
            switch replay {
            case .answer(let bytes, let index): .repeated(bytes, index: index)
            case .rejection(let rejection): .refused(.rejected(rejection))
            }
        state.withLock { $0.outcome = outcome }
    }

    func answer(_ fault: Refusal?) {
        let outcome = state.withLock { state -> PendingState.Outcome? in
            guard !state.isAnswered else { return nil }
            state.isAnswered = true
            return fault.map { .refused($0) } ?? state.outcome
        }
        guard let outcome else { return }
        switch outcome {
        case .refused(let refusal): waiting.resume(returning: .failure(refusal))
        case .repeated(let bytes, let index):
            waiting.resume(returning: .success(Receipt(result: .repeated(bytes), index: index)))
        case .done(let output, let index):
            guard let output = output as? C.Output else { return waiting.resume(returning: .failure(.failed)) }
            waiting.resume(returning: .success(Receipt(result: .done(output), index: index)))
        }
    }
}

/// How far a command has come.
private struct PendingState {
    enum Outcome {
        case done(any Sendable, index: UInt64)
        case repeated([UInt8], index: UInt64)
        case refused(Refusal)
    }

    var isAnswered = false
    /// Reads the answer of what was decided.
    var read: (@Sendable (DecisionContext) throws -> any Sendable)?
    var outcome = Outcome.refused(.failed)
}
