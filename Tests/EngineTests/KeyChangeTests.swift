import Engine
import EventLog
import Identity
import Storage
import Testing
import Wire

/// Keys that change hands, or go, under a running server.
struct KeyChangeTests {
    @Test func `rotations of the checkpoint key at one moment follow each other`() async throws {
        let ground = try Ground(seed: 81)
        let instance = try await ground.open()
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 { group.addTask { _ = try await instance.rotateCheckpointKey() } }
            try await group.waitForAll()
        }
        let tables = instance.tables
        let keys = try tables.environment.read { reader in
            try CheckpointKeys(identity: instance.identity, tables: tables, reader)
        }
        #expect(keys.streams.count == 2)
        try await instance.close()
        #expect(Verification(tables: tables, keys: instance.keys, anchor: nil).run().problems == [])
    }

    @Test func `what was opened is gone with its key`() async throws {
        let ground = try Ground(seed: 82)
        let instance = try await ground.open()
        let sealed = Event.Sealed(subject: "platform", key: "tnt_w1/notes", fields: ["note": "a text"])
        let event = Event(LedgerSubject.entry(.degraded), chain: .platform, data: ["why": "a test"], sealed: [sealed])
        let receipt = try await instance.perform(RecordEvents([event]), by: .system)
        let reference = SealedReference(index: receipt.index, ordinal: 0)
        #expect(try instance.open(reference)?["note"] == "a text")
        try instance.keys.destroy(KeyName.data("tnt_w1/notes"))
        #expect(try instance.open(reference) == nil)
        try await instance.close()
    }
}
