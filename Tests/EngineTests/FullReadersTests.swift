import Engine
import EventLog
import Foundation
import Identity
import Obstacles
import Patience
import Storage
import Testing

/// Readers may take every place there is: the writer has one of its own, for whatever it asks.
@Suite(.timeLimit(.minutes(2))) struct FullReadersTests {
    @Test func `while readers have taken every place in the ledger it is written, and its chains are attested`()
        async throws
    {
        let real = try RealGround(seed: 321)
        defer { real.remove() }
        let instance = try await real.open()
        try await until { instance.integrity.verified != nil }
        real.clock.pass(microseconds: 90_000_000_000)
        let ledger = instance.tables.environment
        let crowd = try Crowd { meanwhile in try ledger.read { _ in meanwhile() } }
        // The first entry of its class in that chain since the start: the chain's head has to be read.
        var refusal: (any Error)?
        do {
            _ = try await instance.perform(RecordEvents([Event(Partner.entry(.read), chain: .platform)]), by: .system)
        } catch {
            refusal = error
        }
        crowd.leave()
        #expect(refusal == nil)
        let types = try (0..<instance.status.size).compactMap { try instance.entry(at: $0)?.type }
        #expect(types.count { $0 == ChainsSubject.entry(.attested).text } == 2, "at the first start, and a day later")
        #expect(types.last == Partner.entry(.read).text)
        try await instance.close()
    }
}
