import EventLog
import Storage
import Testing

/// Keys that are put back never take the place of others.
struct KeyBackupTests {
    /// A backup of a bundle that replaces another, in which it was destroyed, and the bytes of that other.
    private static func replaced() throws -> (place: Place, backup: KeyBackup, former: [UInt8]) {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        for name in ["data:a", "data:b"] { keys.stage(name, Array(name.utf8)) }
        try keys.flush()
        let former = try #require(try place.folder("keys").read("bundle-00000001"))
        try keys.destroy("data:b")
        return (place, try KeyBackup(of: place.folder("keys", .readOnly), ledger: [1]), former)
    }

    @Test func `what a bundle of the backup replaces may lie there, and goes at the next start`() throws {
        let (place, backup, former) = try Self.replaced()
        try place.folder("keys").write("bundle-00000001", former)
        let restored = try backup.restore(into: place.folder("keys"), without: [])
        #expect(restored.keys == 1)
        let keys = try KeyStoreTests.reopened(place)
        #expect(try keys.key("data:a") == Array("data:a".utf8) && keys.isDestroyed("data:b"))
        #expect(try place.folder("keys").list() == ["bundle-00000002", "epoch-1"])
    }

    @Test(arguments: ["another key", "another key of that name", "a tombstone", "no bundle"])
    func `another store's bundle of the same number is not taken for one that was replaced`(_ what: String) throws {
        let (place, backup, _) = try Self.replaced()
        let (folder, other) = (try place.folder("keys"), try place.folder("files"))
        try other.write("epoch-1", try #require(try folder.read("epoch-1")))
        let epoch = try EpochKey.open(in: other, keyEncryptionKey: KeyStoreTests.keyEncryptionKey)
        let store = try KeyStore(folder: other, epoch: epoch, random: { Seeded(seed: 9).bytes($0) })
        store.stage(what == "another key" ? "data:c" : "data:a", [3])
        try store.flush()
        if what == "a tombstone" { try store.destroy("data:a") }
        let name = try #require(try other.list().first { $0.hasPrefix("bundle-") })
        let bytes = what == "no bundle" ? Array("zeros".utf8) : try #require(try other.read(name))
        try folder.write("bundle-00000001", bytes)
        let fault = #expect(throws: LedgerFault.self) { try backup.restore(into: folder, without: []) }
        #expect(fault?.kind == .keys && String(describing: fault).contains("bundle-00000001"))
        #expect(try folder.read("bundle-00000001") == bytes)
    }
}
