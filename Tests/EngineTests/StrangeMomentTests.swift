import Engine
import EventLog
import Identity
import OpenSSL
import Storage
import Testing
import Wire

struct StrangeMomentTests {
    @Test func `a command that would have begun before the ledger is damage, and no moment`() async throws {
        let ground = try Ground(seed: 81)
        let instance = try await ground.open()
        let replay = try ViewReplay(
            ground.directory,
            tables: instance.tables,
            keys: instance.keys,
            into: DataDirectory(simulated: SimulatedDisk(seed: 82))
        )
        var entry = try #require(try instance.entry(at: 2))
        entry.batch = Entry.Batch(position: 9, count: 10)
        var transaction = try instance.tables.environment.beginWrite()
        try transaction.put(instance.tables.state, BigEndian.bytes(2), entry.encoded)
        try transaction.commit()
        let fault = #expect(throws: LedgerFault.self) { try replay.build(to: .index(2)) }
        #expect(fault.map { "\($0)" }?.contains("before the ledger") == true)
        try await instance.close()
    }
}
