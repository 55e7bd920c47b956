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
            RecordEvents([Event(.ledgerVerified, chain: .platform)]),
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
}
