import Engine
import EventLog
import Identity
import Storage
import Testing
import Views
import Wire

/// A backup is of its moment, and what was erased since stays erased.
struct RestorationTests {
    /// A whole backup, in memory.
    private static func backUp(_ ground: Ground) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var backup = try LedgerBackup(
            of: try ground.directory.ledger(.readOnly),
            anchor: try ground.directory.anchor(.readOnly),
            from: 0,
            at: ground.clock.world.wall(),
            software: "muniment test",
            write: { bytes += $0 }
        )
        _ = try backup.run()
        return bytes
    }

    private static func source(_ bytes: [UInt8]) -> BackupSource {
        let rest = Rest(bytes)
        return BackupSource(name: "memory") { rest.take($0) }
    }

    private final class Rest {
        private var rest: ArraySlice<UInt8>
        init(_ bytes: [UInt8]) { rest = bytes[...] }

        func take(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    @Test func `L6 a backup from before an erasure, beside the present keys, opens nothing of the person`() async throws
    {
        let ground = try Ground(seed: 91)
        let ledger = ground.founded.identity.id
        let backup = try Self.backUp(ground)
        let older = try KeyBackup(of: ground.directory.keys(.readOnly), ledger: ledger)
        let instance = try await ground.open()
        try await instance.erase(ground.founded.administrator, why: "asked to be forgotten")
        try await instance.close()
        let present = try KeyBackup(of: ground.directory.keys(.readOnly), ledger: ledger)
        let kek = try #require(try KeyEncryptionKey.left(in: ground.directory.keys(.readOnly)))

        // Keys of that time would open it: so it is the keys that do not, and nothing else.
        for (keys, opens) in [(present, false), (older, true)] {
            let directory = DataDirectory(simulated: SimulatedDisk(seed: 92))
            let restored = try Instance.restore([Self.source(backup)], into: directory, world: ground.clock.world)
            _ = try Instance.restoreKeys(keys, into: directory)
            _ = try Instance.move(directory, kek: kek, world: ground.clock.world)
            let options = Instance.Options(software: "muniment test", log: { _ in }, onStop: { _ in })
            let again = try await Instance.open(directory, kek: kek, world: ground.clock.world, options: options)
            let entries = try (0..<restored.size).compactMap { try again.entry(at: $0) }
            let created = try #require(entries.first { $0.type == User.entry(.created).text })
            #expect(created.sealed.count == 2)
            for ordinal in created.sealed.indices {
                let opened = try again.open(SealedReference(index: created.index, ordinal: ordinal))
                #expect((opened != nil) == opens)
            }
            let found = try again.read { try $0.present.users(withEmail: "admin@example.com") }
            #expect(found.isEmpty == !opens)
            let report = Verification(tables: again.tables, keys: again.keys, anchor: nil).run()
            #expect(report.isOK && (report.erased > 0) == !opens, "\(report.problems)")
            try await again.close()
        }
    }
}
