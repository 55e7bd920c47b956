import EventLog
import OpenSSL
import Storage
import Synchronization
import Testing
import Wire

/// Many small bundles become few, and whoever reads meanwhile misses no key.
struct KeyBundleTests {
    private static func files(_ place: Place) throws -> [String] {
        try place.folder("keys", .readOnly).list().filter { $0.hasPrefix("bundle-") }
    }

    /// Makes keys one by one, as commits do.
    private static func make(_ count: Int, in keys: KeyStore, from first: Int = 0) throws {
        for number in first..<first + count {
            keys.stage("data:\(number)", [UInt8(truncatingIfNeeded: number)])
            try keys.flush()
        }
    }

    private static func expect(_ keys: KeyStore, _ count: Int, without destroyed: Set<Int> = []) throws {
        for number in 0..<count {
            let key = try keys.key("data:\(number)")
            if destroyed.contains(number) {
                #expect(key == nil && keys.isDestroyed("data:\(number)"), "\(number)")
            } else {
                #expect(key == [UInt8(truncatingIfNeeded: number)], "\(number)")
            }
        }
    }

    @Test(arguments: Medium.allCases)
    func `however many commits make keys, there are few files`(_ medium: Medium) throws {
        let place = try Place(medium)
        let keys = try KeyStoreTests.founded(place)
        var most = 0
        for round in 0..<20 {
            try Self.make(30, in: keys, from: round * 30)
            most = max(most, try Self.files(place).count)
        }
        #expect(most <= 2 * KeyStore.smallBundlesMax + 1, "\(most)")
        try Self.expect(keys, 600)
        try Self.expect(try KeyStoreTests.reopened(place), 600)
        #expect(try Self.files(place).count <= KeyStore.smallBundlesMax)
    }

    @Test func `a tombstone survives merging, and a destroyed key is in no file, merged ones included`() throws {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        try Self.make(20, in: keys)
        try keys.destroy("data:3")
        // The merge leaves what it replaced lying for a while.
        try Self.make(50, in: keys, from: 20)
        #expect(try Self.files(place).count > 20)
        try keys.destroy("data:5")
        let folder = try place.folder("keys", .readOnly)
        for name in try Self.files(place) {
            let text = String(decoding: try #require(try folder.read(name)), as: UTF8.self)
            for number in [3, 5] { #expect(!text.contains(#""id":"data:\#(number)","wrapped""#), "\(name)") }
        }
        try Self.expect(keys, 70, without: [3, 5])
        try Self.expect(try KeyStoreTests.reopened(place), 70, without: [3, 5])
    }

    @Test(arguments: [Fault.denied, .keptButDenied, .powerCut, .full], 1...24)
    func `merging that is interrupted anywhere loses no key`(_ fault: Fault, operation: Int) throws {
        let place = try Place(.simulated, seed: UInt64(operation))
        let keys = try KeyStoreTests.founded(place)
        try Self.make(KeyStore.smallBundlesMax - 2, in: keys)
        try keys.destroy("data:7")
        let count = KeyStore.smallBundlesMax - 2
        place.disk.plan(fault, at: place.disk.operations + operation)
        // The flushes after which bundles are merged, and the first of them destroyed.
        var made = count
        while made < count + 4, (try? Self.make(1, in: keys, from: made)) != nil { made += 1 }
        #expect(!place.disk.faultsMet.isEmpty)
        place.disk.crash()
        for keys in [try KeyStoreTests.reopened(place), try KeyStoreTests.reopened(place)] {
            try Self.expect(keys, made, without: [7])
        }
        let again = try KeyStoreTests.reopened(place)
        try again.destroy("data:9")
        let folder = try place.folder("keys", .readOnly)
        for name in try Self.files(place) {
            let text = String(decoding: try #require(try folder.read(name)), as: UTF8.self)
            #expect(!text.contains(#""id":"data:9","wrapped""#), "\(place.disk.faultsMet) \(name)")
        }
        try Self.expect(try KeyStoreTests.reopened(place), made, without: [7, 9])
    }

    @Test(arguments: [Fault.denied, .keptButDenied, .powerCut, .full], 1...12)
    func `a bundle all of whose keys another has is tidied away at a start, which may fail anywhere`(
        _ fault: Fault,
        operation: Int,
    ) throws {
        let place = try Place(.simulated, seed: UInt64(operation))
        try Self.make(2, in: KeyStoreTests.founded(place))
        let folder = try place.folder("keys")
        let name = try #require(try Self.files(place).last)
        try folder.write("bundle-00000099", try #require(try folder.read(name)))
        place.disk.plan(fault, at: place.disk.operations + operation)
        _ = try? KeyStoreTests.reopened(place)
        place.disk.crash()
        place.disk.forgetPlan()
        for keys in [try KeyStoreTests.reopened(place), try KeyStoreTests.reopened(place)] { try Self.expect(keys, 2) }
        #expect(try !Self.files(place).contains(name))
    }

    @Test func `a backup and a reader beside the owner miss no key, whatever is replaced meanwhile`() throws {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        for bundle in 0..<8 {
            for number in 0..<40 { keys.stage("data:\(bundle)/\(number)", [UInt8(number)]) }
            keys.stage("mac:\(bundle)", [UInt8(bundle)])
            try keys.flush()
        }
        let isOver = Atomic(false)
        let owner = PinnedThread(name: "owner")
        try owner.start {
            for number in 0..<40 {
                for bundle in 0..<8 { try? keys.destroy("data:\(bundle)/\(number)") }
            }
            isOver.store(true, ordering: .releasing)
        }
        let due = (0..<8).map { "mac:\($0)" }
        var looks = 0
        while !isOver.load(ordering: .acquiring) {
            let folder = try place.folder("keys", .readOnly)
            let backup = try KeyBackup(of: folder, ledger: [1])
            let restored = try SmallFiles(simulated: SimulatedDisk(seed: 1), prefix: "keys")
            _ = try KeyBackup(decoding: backup.encoded).restore(into: restored, without: [])
            for folder in [restored, folder] {
                let reader = try KeyStore(folder: folder, epoch: nil, random: { _ in [] })
                #expect(try reader.names(prefix: "mac:") == due)
            }
            looks += 1
        }
        owner.join()
        #expect(looks > 0)
        #expect(try keys.names(prefix: "") == due)
    }

    @Test func `a backup has no key that was destroyed before it ended, however often its bundle was replaced`() throws
    {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        for number in 0..<6 { keys.stage("data:\(number)", [UInt8(number)]) }
        try keys.flush()
        let folder = try place.folder("keys", .readOnly)
        // Two replacements between the first listing and the second, and two more between the next two.
        let listings = Atomic(0)
        place.disk.beforeEachListing {
            let listing = listings.add(1, ordering: .relaxed).newValue
            guard listing.isMultiple(of: 2), listing <= 4 else { return }
            for number in [listing - 2, listing - 1] { try? keys.destroy("data:\(number)") }
        }
        let backup = try KeyBackup(of: folder, ledger: [1])
        place.disk.beforeEachListing(nil)
        let texts = try Self.bundles(of: backup)
        #expect(texts.count == 1)
        for number in 0..<6 {
            let isLiving = texts.contains { $0.contains(#""id":"data:\#(number)","wrapped""#) }
            #expect(isLiving == (number >= 4), "\(number)")
        }
    }

    @Test func `keys that change faster than they can be read are not backed up by chance`() throws {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        for number in 0..<300 { keys.stage("data:\(number)", [1]) }
        try keys.flush()
        let listings = Atomic(0)
        place.disk.beforeEachListing {
            let listing = listings.add(1, ordering: .relaxed).newValue
            for number in [listing * 2, listing * 2 + 1] { try? keys.destroy("data:\(number)") }
        }
        defer { place.disk.beforeEachListing(nil) }
        let fault = #expect(throws: LedgerFault.self) {
            _ = try KeyBackup(of: place.folder("keys", .readOnly), ledger: [1])
        }
        #expect(fault?.kind == .keys && String(describing: fault).contains("try again"))
    }

    private static func bundles(of backup: KeyBackup) throws -> [String] {
        let object = try JSON.parse(backup.encoded.dropLast(), as: .canonical)
        return try (object["files"]?.items ?? []).compactMap { file in
            guard file["name"]?.text?.hasPrefix("bundle-") == true, let bytes = file["bytes"]?.text else { return nil }
            return String(decoding: try Base64URL.decode(bytes), as: UTF8.self)
        }
    }

    /// A store one of whose older bundles has a key that a newer one tells to be destroyed, and one of its own: as a
    /// file from an older copy has, until a start has free space to tidy it.
    private static func withStaleBundle() throws -> (Place, KeyStore) {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        let (folder, other) = (try place.folder("keys"), try place.folder("files"))
        try other.write("epoch-1", try #require(try folder.read("epoch-1")))
        let epoch = try EpochKey.open(in: other, keyEncryptionKey: KeyStoreTests.keyEncryptionKey)
        let older = try KeyStore(folder: other, epoch: epoch, random: { Seeded(seed: 9).bytes($0) })
        for name in ["data:gone", "data:own"] { older.stage(name, [7]) }
        try older.flush()
        for name in ["data:gone", "data:next"] { keys.stage(name, [7]) }
        try keys.flush()
        for name in ["data:next", "data:gone"] { try keys.destroy(name) }
        try folder.write("bundle-00000001", try #require(try other.read("bundle-00000001")))
        place.disk.plan(.full, at: place.disk.operations + 1)
        let again = try KeyStoreTests.reopened(place)
        #expect(try !place.disk.faultsMet.isEmpty && again.isDestroyed("data:gone") && again.key("data:own") == [7])
        return (place, again)
    }

    private static func expectGone(_ place: Place, _ keys: KeyStore) throws {
        #expect(try keys.isDestroyed("data:gone") && keys.key("data:gone") == nil)
        for name in try Self.files(place) where name > "bundle-00000003" {
            let text = String(decoding: try #require(try place.folder("keys", .readOnly).read(name)), as: UTF8.self)
            #expect(!text.contains(#""id":"data:gone","wrapped""#), "\(name)")
        }
        let again = try KeyStoreTests.reopened(place)
        #expect(try again.isDestroyed("data:gone") && again.key("data:gone") == nil)
    }

    @Test func `merging brings no destroyed key back from an older bundle`() throws {
        let (place, keys) = try Self.withStaleBundle()
        try Self.make(KeyStore.smallBundlesMax, in: keys)
        #expect(try Self.files(place).contains { $0 > "bundle-00000064" })
        #expect(try keys.key("data:own") == [7])
        try Self.expectGone(place, keys)
    }

    @Test func `destroying its neighbour brings no destroyed key back`() throws {
        let (place, keys) = try Self.withStaleBundle()
        try keys.destroy("data:own")
        #expect(keys.isDestroyed("data:own"))
        try Self.expectGone(place, keys)
    }

    @Test func `wrapping anew brings no destroyed key back`() throws {
        let (place, keys) = try Self.withStaleBundle()
        try keys.rewrap(keyEncryptionKey: KeyStoreTests.keyEncryptionKey)
        #expect(try keys.key("data:own") == [7])
        try Self.expectGone(place, keys)
    }

    @Test func `what an interrupted wrapping left under the old epoch is merged with nothing`() throws {
        var interruptions = 0
        for operation in 1...8 {
            let place = try Place(.simulated)
            let keys = try KeyStoreTests.founded(place)
            try Self.make(3, in: keys)
            place.disk.plan(.denied, at: place.disk.operations + operation)
            #expect(throws: StorageError.self) { try keys.rewrap(keyEncryptionKey: KeyStoreTests.keyEncryptionKey) }
            let files = try place.folder("keys", .readOnly).list()
            if files.count(where: { $0.hasPrefix("epoch-") }) == 2 { interruptions += 1 }
            let again = try KeyStoreTests.reopened(place)
            let count = 3 + 2 * KeyStore.smallBundlesMax
            try Self.make(count - 3, in: again, from: 3)
            #expect(try Self.files(place).count < count, "others were merged")
            try Self.expect(again, count)
            try Self.expect(try KeyStoreTests.reopened(place), count)
        }
        #expect(interruptions > 0, "between the new epoch's key and the last bundle")
    }

    @Test(arguments: 1...8)
    func `what was replaced and is half destroyed keeps no key from being wrapped anew`(operation: Int) throws {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        for name in ["data:a", "data:b"] { keys.stage(name, [7]) }
        try keys.flush()
        place.disk.plan(.denied, at: place.disk.operations + operation)
        try? keys.destroy("data:b")
        place.disk.forgetPlan()
        let (isDestroyed, before) = (keys.isDestroyed("data:b"), try Self.files(place))
        #expect(try keys.rewrap(keyEncryptionKey: KeyStoreTests.keyEncryptionKey) == (isDestroyed ? 1 : 2))
        #expect(try Set(Self.files(place)).isDisjoint(with: before))
        let again = try KeyStoreTests.reopened(place)
        #expect(try again.key("data:a") == [7] && again.isDestroyed("data:b") == isDestroyed)
    }

    @Test(arguments: 1...8)
    func `a destruction that is asked for again leaves nothing of what was replaced`(operation: Int) throws {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        for name in ["data:a", "data:b"] { keys.stage(name, [7]) }
        try keys.flush()
        let before = try Self.files(place)
        place.disk.plan(.denied, at: place.disk.operations + operation)
        try? keys.destroy("data:b")
        place.disk.forgetPlan()
        try keys.destroy("data:b")
        #expect(try keys.isDestroyed("data:b") && keys.key("data:a") == [7])
        #expect(try Set(Self.files(place)).isDisjoint(with: before))
    }

    @Test(arguments: ["-1", "-00000001", "+0000001", "00000000", "1", "000000001", "9223372036854775807", "x"])
    func `a file that is not named as a bundle is none`(_ name: String) throws {
        let place = try Place(.simulated)
        try Self.make(2, in: KeyStoreTests.founded(place))
        let folder = try place.folder("keys")
        try folder.write("bundle-\(name)", Array("{}".utf8))
        let keys = try KeyStoreTests.reopened(place)
        try Self.expect(keys, 2)
        try Self.make(1, in: keys, from: 2)
        try Self.expect(try KeyStoreTests.reopened(place), 3)
    }

    @Test(arguments: ["4503599627370495", "9007199254740991"])
    func `a bundle whose number no ledger comes to is named`(_ number: String) throws {
        let place = try Place(.simulated)
        try Self.make(2, in: KeyStoreTests.founded(place))
        let folder = try place.folder("keys")
        let name = try #require(try Self.files(place).last)
        try folder.write("bundle-\(number)", try #require(try folder.read(name)))
        let fault = #expect(throws: LedgerFault.self) { try KeyStoreTests.reopened(place) }
        #expect(fault?.kind == .keys && String(describing: fault).contains(number))
    }

    @Test(arguments: ["-1", "0", "+2", "02", "9223372036854775807"])
    func `a file that is not named as an epoch is none`(_ name: String) throws {
        let place = try Place(.simulated)
        try Self.make(2, in: KeyStoreTests.founded(place))
        try place.folder("keys").write("epoch-\(name)", Array("{}".utf8))
        try Self.expect(try KeyStoreTests.reopened(place), 2)
    }

    @Test func `a bundle that is damaged for good is named`() throws {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        try Self.make(2, in: keys)
        let name = try #require(try Self.files(place).last)
        try place.folder("keys").write(name, [UInt8](repeating: 0, count: 40))
        let fault = #expect(throws: LedgerFault.self) { try KeyStoreTests.reopened(place) }
        #expect(fault?.kind == .keys && String(describing: fault).contains(name))
    }

    @Test(arguments: [
        "bundle-9223372036854775807", "bundle-1", "bundle-+0000001", "bundle--0000001", "bundle-0000000000000000001",
        "epoch-9223372036854775807", "epoch-01", "epoch-0", "epoch-+1", "kek", "../kek",
    ])
    func `a backup with a file that no key store would have is no backup`(name: String) throws {
        let file = { (name: String) -> [UInt8] in
            let backup: JSON = ["files": [["bytes": "AAAA", "name": .string(name)]], "ledger": "AAAA", "v": 1]
            return backup.canonical
        }
        for good in ["bundle-00000001", "bundle-100000000", "epoch-1", "epoch-12"] {
            _ = try KeyBackup(decoding: file(good))
        }
        #expect(throws: LedgerFault.self) { try KeyBackup(decoding: file(name)) }
    }
}
