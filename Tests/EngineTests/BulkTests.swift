import Engine
import Identity
import Obstacles
import Synchronization
import Testing

/// Commands that write a great deal wait in a line of their own, take turns with the others, and share no commit.
@Suite(.timeLimit(.minutes(2))) struct BulkTests {
    /// Notes how many commits there were when it was decided: two that see the same number share the next one.
    private struct Noting: Command {
        let isBulk: Bool
        let instance: Instance
        let seen: Seen

        var requirement: Requirement { .machine }

        func decide(_ context: DecisionContext) throws -> Decision<Void> {
            seen.record(isBulk, instance.status.commits)
            return Decision([Event(LedgerSubject.entry(.verified), chain: .platform)])
        }
    }

    private final class Seen: Sendable {
        private let commits = Mutex<(bulk: [UInt64], ordinary: Set<UInt64>)>(([], []))
        var bulk: [UInt64] { commits.withLock { $0.bulk } }
        var ordinary: Set<UInt64> { commits.withLock { $0.ordinary } }

        func record(_ isBulk: Bool, _ number: UInt64) {
            commits.withLock { if isBulk { $0.bulk.append(number) } else { $0.ordinary.insert(number) } }
        }
    }

    @Test func `a large command goes into a commit of its own, and takes turns with the others`() async throws {
        let ground = try Ground(seed: 131)
        let instance = try await ground.open()
        let slow = Slow()
        let seen = Seen()
        let isFull = await withTaskGroup(of: Refusal?.self) { group in
            group.addTask { await refusal(slow, instance) }
            await slow.hasStarted()
            for number in 0..<5_000 {
                group.addTask {
                    await refusal(Noting(isBulk: number >= 4_900, instance: instance, seen: seen), instance)
                }
            }
            // Of either kind one was turned away: both lines are full, while the writer takes from neither.
            var refused = 0
            var wasReleased = false
            for await refusal in group where refusal != nil {
                refused += 1
                if !wasReleased, refused >= 5_000 - 4_096 - 16 {
                    wasReleased = true
                    slow.release()
                }
            }
            return wasReleased
        }
        #expect(isFull)
        #expect(seen.bulk.count == 16)
        #expect(Set(seen.bulk).count == 16, "each in a commit of its own: \(seen.bulk)")
        #expect(seen.ordinary.intersection(seen.bulk).isEmpty, "nobody's commit has one in it: \(seen.bulk)")
        let turns = zip(seen.bulk, seen.bulk.dropFirst()).filter { one, next in
            seen.ordinary.contains { $0 > one && $0 < next }
        }
        #expect(turns.count > 3, "between others, not behind them, and never twice in a row: \(seen.bulk)")
        try await instance.close()
    }

    private func refusal(_ command: some Command, _ instance: Instance) async -> Refusal? {
        do throws(Refusal) {
            _ = try await instance.perform(command, by: .system)
            return nil
        } catch {
            return error
        }
    }
}
