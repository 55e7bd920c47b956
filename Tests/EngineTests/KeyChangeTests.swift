import Engine
import EventLog
import Identity
import OpenSSL
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

    @Test(arguments: SigningAlgorithm.allCases)
    func `a token of a key that has retired is verified without its private half`(algorithm: SigningAlgorithm)
        async throws
    {
        let ground = try Ground(seed: 83, algorithm: algorithm)
        let instance = try await ground.open()
        let first = try #require(instance.keyRing.current).id
        let issue = try ground.issue(macKey: instance.macKey, key: first)
        guard case .done(let issued) = try await instance.perform(issue, by: Ground.stranger).result else { return }
        let token = try await instance.keyRing.sign(issued.claims, with: first)
        _ = try await instance.rotateSigningKey(by: ground.service([Scope.adminWrite, Scope.adminRead]))
        try await instance.close()
        try Self.remove(KeyName.signing(first.text), from: ground)
        let next = try await ground.open()
        let retired = try #require(next.keyRing.members.first { $0.id == first })
        #expect(retired.key.stage == .retired && retired.pair == nil)
        let now = ground.clock.world.wall()
        #expect(next.keyRing.verify(token, now: now)?.id == issued.id)
        #expect(next.keyRing.verify(token.dropLast(4) + "AAAA", now: now) == nil)
        try await next.close()
    }

    /// Takes one key out of the store, as if its bundle had been written without it.
    private static func remove(_ name: String, from ground: Ground) throws {
        let folder = try SmallFiles(simulated: ground.disk, prefix: "keys")
        for file in try folder.list() where file.hasPrefix("bundle-") {
            guard var bundle = try folder.read(file).flatMap({ try? JSON.parse($0) })?.members,
                let keys = bundle["keys"]?.items
            else { continue }
            bundle["keys"] = .array(keys.filter { $0["id"]?.text != name })
            try folder.write(file, JSON.object(bundle).canonical + [UInt8(ascii: "\n")])
        }
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
