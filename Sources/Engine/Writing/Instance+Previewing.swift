package import Identity
package import OpenSSL
import Plans
import Synchronization
import Views
import Wire

/// What came of a command that was to do what had been shown, and nothing else.
package enum AgreedReceipt<Output: Sendable>: Sendable {
    case kept(Receipt<Output>)
    /// It would do this instead, so nothing was done; with the refusal, and the last index that this was seen at.
    case moved(Rejection, Sight<MadePlan>)
}

extension Instance {
    /// What a command would do now, in the form of a plan.
    ///
    /// It is asked in the writer's turn, of the state that the command itself would meet; nothing of it is written but
    /// that somebody looked.
    ///
    /// - Parameter request: what the client asks for; the same bytes for the same request.
    package func preview<C: Command>(
        _ command: C,
        of request: [UInt8],
        by caller: Caller,
    ) async throws(Refusal) -> Sight<MadePlan> {
        let receipt = try await perform(Preview(command: command, request: request, key: macKey), by: caller)
        switch receipt.result {
        case .done(let trial): return try wholePlan(of: trial, for: caller)
        case .repeated: throw .failed
        }
    }

    /// Does a command if it comes to the plan that was shown.
    package func perform<C: Command>(
        _ command: C,
        of request: [UInt8],
        agreedTo shown: Digest,
        by caller: Caller,
        idempotency: Idempotency? = nil,
        encode: (@Sendable (C.Output, _ index: UInt64) -> [UInt8])? = nil,
    ) async throws(Refusal) -> AgreedReceipt<C.Output> {
        let moved = Kept<Trial>()
        let agreed = Agreed(command: command, request: request, key: macKey, shown: shown, moved: moved)
        do throws(Refusal) {
            return .kept(try await perform(agreed, by: caller, idempotency: idempotency, encode: encode))
        } catch {
            guard case .rejected(let rejection) = error, rejection == .planMoved, let trial = moved.value else {
                throw error
            }
            return .moved(rejection, try wholePlan(of: trial, for: caller))
        }
    }

    /// The whole plan of a trial, off the writer's thread: the state that it was decided on can be read still.
    private func wholePlan(of trial: Trial, for caller: Caller) throws(Refusal) -> Sight<MadePlan> {
        try attempt(for: caller) {
            try read { snapshot in
                let plan = try Plan(
                    of: trial.events,
                    from: snapshot.at(trial.index),
                    now: trial.now,
                    home: caller.home
                ) { reference, _ in try self.open(reference) }
                return Sight(value: MadePlan(plan: plan, digest: trial.digest), index: trial.index)
            }
        }
    }
}

/// A value that one thread leaves for another.
final class Kept<Value: Sendable>: Sendable {
    private let kept = Mutex<Value?>(nil)

    var value: Value? { kept.withLock { $0 } }

    func store(_ value: Value) { kept.withLock { $0 = value } }
}
