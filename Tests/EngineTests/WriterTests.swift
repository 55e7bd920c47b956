import Engine
import EventLog
import Identity
import Obstacles
import Storage
import Synchronization
import Testing
import Views
import Wire

/// What one command does to the others: it may fail, it may be slow, it may be large; they go on.
struct WriterTests {
    /// A command that breaks a rule of ours while it is decided.
    private struct Broken: Command {
        struct OwnFault: Error {}
        var requirement: Requirement { .permission(.writes(Tenant.self)) }
        func decide(_ context: DecisionContext) throws -> Decision<Void> { throw OwnFault() }
    }

    @Test func `L15 a command that breaks is an entry, and the next one is served`() async throws {
        let ground = try Ground(seed: 61)
        let instance = try await ground.open()
        await #expect(throws: Refusal.failed) { _ = try await instance.perform(Broken(), by: ground.service()) }
        let failed = try #require(try instance.entry(at: instance.status.size - 1))
        #expect(failed.type == "command.failed")
        #expect(failed.result == .failed)
        #expect(failed.data["attempted"]?.text == "tenants.create")
        let receipt = try await instance.perform(
            RecordEvents([Event(LedgerSubject.entry(.verified), chain: .platform)]),
            by: .system
        )
        #expect(receipt.index == failed.index + 1)
        try await instance.close()
        #expect(ground.lines.all.allSatisfy { !$0.contains("OwnFault()") }, "the log names the kind, not its contents")
    }

    @Test(.timeLimit(.minutes(2)))
    func `a full queue is answered at once, and everything that was taken is done`() async throws {
        let ground = try Ground(seed: 62)
        let instance = try await ground.open()
        let slow = Slow()
        let (done, busy) = await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await instance.perform(slow, by: ground.service())) != nil }
            await slow.hasStarted()
            for _ in 0..<6_000 {
                group.addTask {
                    do throws(Refusal) {
                        _ = try await instance.perform(RecordEvents([]), by: .system)
                        return true
                    } catch {
                        if case .busy(let seconds, _) = error { return seconds > 0 ? false : true }
                        return true
                    }
                }
            }
            var (done, busy) = (0, 0)
            var isReleased = false
            for await wasDone in group {
                if wasDone { done += 1 } else { busy += 1 }
                if !isReleased, busy >= 6_000 - 4_096 {
                    isReleased = true
                    slow.release()
                }
            }
            return (done, busy)
        }
        #expect(busy == 6_000 - 4_096)
        #expect(done == 4_096 + 1)
        try await instance.close()
    }

    @Test func `what an entry cannot hold is refused by its size, and leaves nothing`() async throws {
        let ground = try Ground(seed: 63)
        let instance = try await ground.open()
        let size = instance.status.size
        let large = Event(
            LedgerSubject.entry(.verified),
            chain: .platform,
            data: ["note": .string(String(repeating: "x", count: 70_000))]
        )
        do {
            _ = try await instance.perform(RecordEvents([large]), by: .system)
            Issue.record("70,000 bytes do not fit")
        } catch {
            guard case .rejected(let rejection) = error, case .invalid(let issues) = rejection.kind else {
                Issue.record("\(error)")
                return
            }
            #expect(issues.first?.message.contains("65535") == true)
        }
        #expect(instance.status.size == size)
        try await instance.close()
    }
}
