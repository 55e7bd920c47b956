import Engine
import EventLog
import Identity
import Storage
import Testing
import Views
import Wire

/// Time may jump; positions and recorded times never do.
struct ClockTests {
    @Test func `L10 a clock set back leaves an entry, and recorded times still rise`() async throws {
        let ground = try Ground(seed: 31)
        let instance = try await ground.open()
        let before = try #require(try instance.entry(at: instance.status.size - 1)).recordedAt
        ground.clock.stepWall(microseconds: -7_200_000_000)
        let receipt = try await instance.perform(
            RecordEvents([Event(LedgerSubject.entry(.verified), chain: .platform)]),
            by: .system
        )
        let written = try #require(try instance.entry(at: receipt.index))
        #expect(written.recordedAt > before)
        let step = try #require(try instance.entry(at: receipt.index - 1))
        #expect(step.type == "clock.stepped")
        #expect(step.data["by"]?.number == -7_200_000_000)
        try await instance.close()
    }

    @Test func `T12 a start far behind the last entry refuses writes until it is accepted`() async throws {
        let ground = try Ground(seed: 32)
        try await ground.open().close()
        ground.clock.reboot()
        ground.clock.stepWall(microseconds: -120_000_000)
        let refusing = try await ground.open()
        await #expect(throws: Refusal.self) {
            _ = try await refusing.perform(RecordEvents([]), by: .system)
        }
        #expect(refusing.status.refusal != nil)
        try await refusing.close()
    }

    @Test func `T12 a jump of more than an hour on a host without the time stops writes`() async throws {
        let ground = try Ground(seed: 33)
        let instance = try await ground.open()
        ground.clock.stepWall(microseconds: 7_200_000_000)
        _ = try await instance.perform(RecordEvents([]), by: .system)
        ground.clock.loseSynchronisation()
        ground.clock.stepWall(microseconds: 7_200_000_000)
        let size = instance.status.size
        await #expect(throws: Refusal.self) { _ = try await instance.perform(RecordEvents([]), by: .system) }
        #expect(instance.status.refusal?.contains("clock") == true)
        #expect(instance.status.size == size)
        try await instance.close()
    }

    /// A ledger whose clock has jumped two hours ahead on a host without the time, and whose server has stopped.
    private func jumped(seed: UInt64, whileServing: Bool) async throws -> Ground {
        let ground = try Ground(seed: seed)
        let instance = try await ground.open()
        ground.clock.loseSynchronisation()
        if whileServing {
            ground.clock.stepWall(microseconds: 7_200_000_000)
            await #expect(throws: Refusal.self) { _ = try await instance.perform(RecordEvents([]), by: .system) }
        }
        try await instance.close()
        if !whileServing { ground.clock.stepWall(microseconds: 7_200_000_000) }
        return ground
    }

    private func refusal(of ground: Ground) async throws -> String? {
        let instance = try await ground.open()
        let (refusal, size) = (instance.status.refusal, instance.status.size)
        if refusal != nil {
            await #expect(throws: Refusal.self) { _ = try await instance.perform(RecordEvents([]), by: .system) }
            #expect(instance.status.size == size)
        }
        try await instance.close()
        return refusal
    }

    @Test(arguments: [true, false])
    func `T12 a restart forgets no jump, until it is accepted`(_ whileServing: Bool) async throws {
        let ground = try await jumped(seed: 34, whileServing: whileServing)
        for _ in 1...2 { #expect(try await refusal(of: ground)?.contains("7200 seconds ahead") == true) }
        let accepting = try await ground.open(acceptsClock: true)
        let index = try await accepting.acceptClock()
        #expect(try accepting.entry(at: index)?.type == "clock.accepted")
        try await accepting.close()
        for _ in 1...2 { #expect(try await refusal(of: ground) == nil) }
    }

    @Test func `T12 two seconds are two seconds behind an accepted clock, too`() async throws {
        let ground = try await jumped(seed: 37, whileServing: false)
        let ahead = try await ground.open(acceptsClock: true)
        _ = try await ahead.acceptClock()
        try await ahead.close()
        ground.clock.stepWall(microseconds: -7_200_000_000)
        let instance = try await ground.open(acceptsClock: true)
        _ = try await instance.acceptClock()
        let secret = ClientSecret(random: instance.world.random, macKey: instance.macKey)
        let rotation = RotateSecret(client: ground.founded.client, secret: secret, overlapSeconds: 2)
        _ = try await instance.perform(rotation, by: ground.service([Scope.adminWrite, Scope.adminRead]))
        let key = try #require(instance.keyRing.current).id
        let issue = try ground.issue(macKey: instance.macKey, key: key)
        _ = try await instance.perform(issue, by: Ground.stranger)
        ground.clock.pass(microseconds: 2_000_000)
        await #expect(throws: Refusal.self) { _ = try await instance.perform(issue, by: Ground.stranger) }
        try await instance.close()
    }

    @Test func `T12 a start that may write nothing leaves it to the next one to tell of a crash`() async throws {
        let ground = try Ground(seed: 36)
        let killed = try await ground.open()
        ground.disk.endProcesses()
        try? await killed.close()
        ground.clock.loseSynchronisation()
        ground.clock.stepWall(microseconds: 7_200_000_000)
        #expect(try await refusal(of: ground) != nil)
        ground.clock.stepWall(microseconds: -7_200_000_000)
        let instance = try await ground.open()
        let opened = try #require(try instance.entry(at: instance.status.size - 1))
        #expect(opened.type == "ledger.opened")
        #expect(opened.data["stop"]?.text == "process")
        try await instance.close()
    }

    @Test func `T12 a machine that is started anew forgets no jump either`() async throws {
        let ground = try await jumped(seed: 35, whileServing: true)
        ground.clock.reboot()
        for _ in 1...2 { #expect(try await refusal(of: ground)?.contains("clock accept") == true) }
        let accepting = try await ground.open(acceptsClock: true)
        _ = try await accepting.acceptClock()
        try await accepting.close()
        #expect(try await refusal(of: ground) == nil)
        // One that had not jumped before it was started anew is compared with nothing: another boot, another offset.
        ground.clock.reboot()
        ground.clock.stepWall(microseconds: 7_200_000_000)
        #expect(try await refusal(of: ground) == nil)
    }

    /// Past the year 2255 a number of microseconds is more than every reader of JSON represents exactly.
    @Test(arguments: [9_300_000_000_000_000, 200_000_000_000_000_000] as [Int64])
    func `T12 a clock centuries ahead stops nobody, while it serves and at a start`(step: Int64) async throws {
        let ground = try Ground(seed: 38)
        let instance = try await ground.open()
        ground.clock.stepWall(microseconds: step)
        _ = try await instance.perform(
            RecordEvents([Event(LedgerSubject.entry(.verified), chain: .platform)]),
            by: .system
        )
        #expect(instance.integrity.clockDriftMicroseconds == step)
        try await instance.close()
        let next = try await ground.open()
        let entries = try (0..<next.status.size).compactMap { try next.entry(at: $0) }
        #expect(entries.first { $0.type == "clock.stepped" }?.data["by"] == .integer(clamping: step))
        try await next.close()
        ground.clock.stepWall(microseconds: -step)
        let accepting = try await ground.open(acceptsClock: true)
        let accepted = try await accepting.entry(at: accepting.acceptClock())
        #expect(accepted?.data["by"]?.number.map { $0 < -9_000_000_000_000_000 } == true)
        try await accepting.close()
        ground.clock.reboot()
        ground.clock.stepWall(microseconds: step)
        let rebooted = try await ground.open()
        try await rebooted.close()
        try await ground.open().close()
    }

    @Test func `a clock that was set right again is no matter`() async throws {
        let ground = try await jumped(seed: 36, whileServing: true)
        ground.clock.stepWall(microseconds: -7_200_000_000)
        #expect(try await refusal(of: ground) == nil)
        ground.clock.reboot()
        #expect(try await refusal(of: ground) == nil)
    }

    @Test func `a step while nobody served is an entry of the next start, once`() async throws {
        let ground = try Ground(seed: 37)
        try await ground.open().close()
        ground.clock.stepWall(microseconds: 5_000_000)
        for _ in 1...2 { try await ground.open().close() }
        let last = try await ground.open()
        let entries = try (0..<last.status.size).compactMap { try last.entry(at: $0) }
        #expect(entries.filter { $0.type == "clock.stepped" }.map { $0.data["by"]?.number } == [5_000_000])
        try await last.close()
    }
}
