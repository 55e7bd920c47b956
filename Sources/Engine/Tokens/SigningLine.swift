import OpenSSL
import Synchronization

/// Makes signatures that take long on the threads that all tasks share, for several callers at a time.
///
/// Who comes first leads: on a thread of the pool it makes its own signature and some of those that wait by then, and
/// wakes whoever they are for together. What they do next comes together too, and shares its wake-ups and its commit;
/// one by one, each would have a commit of its own. Nobody waits for company: a caller that comes alone leads at once.
final class SigningLine: Sendable {
    /// The most that one leader signs: with RSA some two milliseconds of work.
    static let togetherMax = 8

    private enum Turn: Sendable {
        case signed(Result<[UInt8], CryptoFault>)
        /// It is this caller's turn to lead.
        case leads
    }

    private struct Waiting {
        let input: [UInt8]
        let key: TokenKey
        let turn: CheckedContinuation<Turn, Never>
    }

    private struct State {
        /// Those behind the leader who has not begun yet, in their order; nobody waits when there is none.
        var waiting: [Waiting] = []
        var hasLeader = false
    }

    private let state = Mutex(State())

    /// The signature over the input.
    ///
    /// A caller waits here behind others as it would behind other tasks of the pool, so the line is as long as requests
    /// are answered at a time.
    func sign(_ input: [UInt8], with key: TokenKey) async throws -> [UInt8] {
        let turn = await withCheckedContinuation { turn in
            let leads = state.withLock { state in
                let leads = !state.hasLeader
                state.hasLeader = true
                if !leads { state.waiting.append(Waiting(input: input, key: key, turn: turn)) }
                return leads
            }
            if leads { turn.resume(returning: .leads) }
        }
        switch turn {
        case .signed(let signature): return try signature.get()
        case .leads:
            return try await withTaskExecutorPreference(globalConcurrentExecutor) { @concurrent in
                try lead(input, with: key)
            }
        }
    }

    private func lead(_ input: [UInt8], with key: TokenKey) throws(CryptoFault) -> [UInt8] {
        let (others, next) = state.withLock { state in
            // Half of them: the other half is for whoever leads next, on another core if one is free.
            let others = Array(state.waiting.prefix(min(Self.togetherMax - 1, state.waiting.count / 2)))
            state.waiting.removeFirst(others.count)
            let next = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            state.hasLeader = next != nil
            return (others, next)
        }
        next?.turn.resume(returning: .leads)
        let own = Self.sign(input, with: key)
        let signatures = others.map { Self.sign($0.input, with: $0.key) }
        for (other, signature) in zip(others, signatures) { other.turn.resume(returning: .signed(signature)) }
        return try own.get()
    }

    private static func sign(_ input: [UInt8], with key: TokenKey) -> Result<[UInt8], CryptoFault> {
        Result { () throws(CryptoFault) in try key.sign(input) }
    }
}
