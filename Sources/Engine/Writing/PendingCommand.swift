import EventLog
import Identity
import Synchronization
import Wire

/// One waiting command with the caller's continuation: the typed half of a submission.
final class PendingCommand<C: Command>: Submission {
    typealias Answer = CheckedContinuation<Result<Receipt<C.Output>, Refusal>, Never>

    let command: C
    let caller: Caller
    let idempotency: Idempotency?
    private let encode: (@Sendable (C.Output, _ index: UInt64) -> [UInt8])?
    private let state: Mutex<State>

    private struct State {
        var waiting: Answer?
        /// Reads the answer of what was decided.
        var read: (@Sendable (DecisionContext) throws -> C.Output)?
        var outcome: Result<Receipt<C.Output>, Refusal> = .failure(.failed)
    }

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
        state = Mutex(State(waiting: answer))
    }

    var isBulk: Bool { command.isBulk }
    var requirement: Requirement { command.requirement }

    func decide(_ context: DecisionContext) throws -> (events: [Event], subject: Int) {
        let decision = try command.decide(context)
        state.withLock { $0.read = decision.answer }
        return (decision.events, decision.subject)
    }

    func finish(_ context: DecisionContext, index: UInt64?) throws {
        guard let read = state.withLock({ $0.read }) else { throw Refusal.failed }
        let output = try read(context)
        state.withLock { $0.outcome = .success(Receipt(result: .done(output), index: index ?? context.index)) }
    }

    func refuse(_ rejection: Rejection, _ context: DecisionContext) throws -> RefusalNote? {
        state.withLock { $0.outcome = .failure(.rejected(rejection)) }
        return try command.refusal(rejection, context)
    }

    var isRefused: Bool {
        switch state.withLock({ $0.outcome }) {
        case .success: false
        case .failure: true
        }
    }

    func replayable() -> [UInt8]? {
        guard let encode, case .success(let receipt) = state.withLock({ $0.outcome }),
            case .done(let output) = receipt.result
        else { return nil }
        return encode(output, receipt.index)
    }

    func replay(_ replay: Replay) {
        let outcome: Result<Receipt<C.Output>, Refusal> =
            switch replay {
            case .answer(let bytes, let index): .success(Receipt(result: .repeated(bytes), index: index))
            case .rejection(let rejection): .failure(.rejected(rejection))
            }
        state.withLock { $0.outcome = outcome }
    }

    func answer(_ fault: Refusal?) {
        let (waiting, outcome) = state.withLock { state in
            let taken = (state.waiting, state.outcome)
            state.waiting = nil
            return taken
        }
        waiting?.resume(returning: fault.map { .failure($0) } ?? outcome)
    }
}
