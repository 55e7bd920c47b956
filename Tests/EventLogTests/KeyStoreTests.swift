import EventLog
import OpenSSL
import Storage
import Testing

/// Keys are wrapped, durable before they are needed, and gone when they are destroyed.
struct KeyStoreTests {
    static let keyEncryptionKey = [UInt8](repeating: 4, count: 32)

    static func founded(_ place: Place) throws -> KeyStore {
        let random = Seeded(seed: 3)
        let folder = try place.folder("keys")
        let epoch = try EpochKey.create(in: folder, keyEncryptionKey: keyEncryptionKey, random: { random.bytes($0) })
        return try KeyStore(folder: folder, epoch: epoch, random: { random.bytes($0) })
    }

    static func reopened(_ place: Place, access: SmallFiles.Access = .readWrite) throws -> KeyStore {
        let folder = try place.folder("keys", access)
        let epoch = try #require(try EpochKey.open(in: folder, keyEncryptionKey: keyEncryptionKey))
        return try KeyStore(folder: folder, epoch: epoch, random: { Seeded(seed: 5).bytes($0) })
    }

    @Test(arguments: Medium.allCases)
    func `a staged key is used at once and durable after a flush`(_ medium: Medium) throws {
        let place = try Place(medium)
        let keys = try Self.founded(place)
        keys.stage("mac:hk_1", [1, 2, 3])
        #expect(try keys.key("mac:hk_1") == [1, 2, 3])
        #expect(try Self.reopened(place).key("mac:hk_1") == nil)
        try keys.flush()
        try keys.flush()
        #expect(try Self.reopened(place).key("mac:hk_1") == [1, 2, 3])
        #expect(try Self.reopened(place, access: .readOnly).key("mac:hk_1") == [1, 2, 3])
        #expect(try Self.reopened(place).names(prefix: "mac:") == ["mac:hk_1"])
        #expect(try place.folder("keys").list() == ["bundle-00000001", "epoch-1"])
    }

    @Test func `a damaged bundle is named, and where its keys come from again`() throws {
        let place = try Place(.simulated)
        let keys = try Self.founded(place)
        keys.stage("mac:hk_1", [1, 2, 3])
        try keys.flush()
        try place.folder("keys").write("bundle-00000001", Array("{\"v\":1".utf8))
        let fault = #expect(throws: LedgerFault.self) { _ = try Self.reopened(place) }
        guard case .keys(let why)? = fault else {
            Issue.record("it is no fault of the keys")
            return
        }
        #expect(why.hasPrefix("keys/bundle-00000001 is damaged"))
        #expect(why.hasSuffix("restore the keys from their backup"))
    }

    @Test func `no file holds a key in clear`() throws {
        let place = try Place(.simulated)
        let keys = try Self.founded(place)
        let secret = Array("a key of thirty-two bytes, clear".utf8)
        keys.stage("data:usr_1/profile", secret)
        try keys.flush()
        for name in try place.folder("keys").list() {
            let bytes = try #require(try place.folder("keys").read(name))
            #expect(!bytes.indices.contains { bytes[$0...].starts(with: secret) })
        }
    }

    @Test func `a data key is made once, and never again after its destruction`() throws {
        let place = try Place(.simulated)
        let keys = try Self.founded(place)
        let made = try keys.dataKey("data:usr_1/profile")
        #expect(made?.count == 32)
        #expect(try keys.dataKey("data:usr_1/profile") == made)
        try keys.flush()
        try keys.destroy("data:usr_1/profile")
        #expect(try keys.dataKey("data:usr_1/profile") == nil)
        #expect(keys.isDestroyed("data:usr_1/profile"))
        #expect(!keys.isDestroyed("data:usr_2/profile"))
    }

    @Test func `a data key that no longer opens is refused by name, and no other takes its name`() throws {
        let place = try Place(.simulated)
        let keys = try Self.founded(place)
        _ = try keys.dataKey("data:usr_1/profile")
        try keys.flush()
        let name = try #require(try place.folder("keys").list().first { $0.hasPrefix("bundle-") })
        var bundle = try #require(try place.folder("keys").read(name))
        // The first letter of the wrapped bytes.
        let letter = try #require(bundle.indices.last { bundle[..<$0].suffix(11).elementsEqual(#""wrapped":""#.utf8) })
        bundle[letter] = bundle[letter] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        try place.folder("keys").write(name, bundle)
        let again = try Self.reopened(place)
        let fault = #expect(throws: LedgerFault.self) { try again.dataKey("data:usr_1/profile") }
        #expect(fault?.kind == .keys && String(describing: fault).contains("data:usr_1/profile"))
        #expect(try again.dataKey("data:usr_2/profile") != nil)
    }

    @Test func `a first epoch is never made where there is one`() throws {
        let place = try Place(.simulated)
        _ = try Self.founded(place)
        let before = try place.folder("keys").read("epoch-1")
        #expect(throws: LedgerFault.self) { try Self.founded(place) }
        #expect(try place.folder("keys").read("epoch-1") == before)
    }

    @Test(arguments: Medium.allCases)
    func `destroyed stays destroyed, and its neighbours stay`(_ medium: Medium) throws {
        let place = try Place(medium)
        let keys = try Self.founded(place)
        for name in ["data:a", "data:b", "data:c"] { keys.stage(name, Array(name.utf8)) }
        try keys.flush()
        keys.stage("data:d", [4])
        try keys.flush()
        try keys.destroy("data:b")
        try keys.destroy("data:b")
        try keys.destroy("data:c")
        try keys.destroy("data:nobody")
        keys.stage("data:e", [5])
        try keys.flush()
        for keys in [keys, try Self.reopened(place), try Self.reopened(place, access: .readOnly)] {
            #expect(try keys.names(prefix: "data:") == ["data:a", "data:d", "data:e"])
            #expect(try keys.key("data:a") == Array("data:a".utf8))
            #expect(try keys.key("data:b") == nil && keys.isDestroyed("data:b"))
            #expect(try keys.key("data:c") == nil && keys.isDestroyed("data:c"))
            #expect(try keys.key("data:d") == [4] && keys.key("data:e") == [5])
        }
    }

    @Test func `a key that was only staged can be destroyed`() throws {
        let place = try Place(.simulated)
        let keys = try Self.founded(place)
        keys.stage("data:a", [1])
        try keys.destroy("data:a")
        #expect(try keys.key("data:a") == nil && keys.isDestroyed("data:a"))
        #expect(try Self.reopened(place).isDestroyed("data:a"))
    }

    /// Against a disk that reports a file as synced and tears it all the same, no order of writing helps.
    @Test(arguments: [Fault.denied, .keptButDenied, .powerCut, .full], 1...12)
    func `a destruction that is interrupted loses no other key`(_ fault: Fault, operation: Int) throws {
        let place = try Place(.simulated, seed: UInt64(operation))
        let keys = try Self.founded(place)
        for name in ["data:a", "data:b", "data:c"] { keys.stage(name, Array(name.utf8)) }
        try keys.flush()
        place.disk.plan(fault, at: place.disk.operations + operation)
        let failed = (try? keys.destroy("data:b")) == nil
        place.disk.crash()
        let again = try Self.reopened(place)
        #expect(try again.key("data:a") == Array("data:a".utf8), "\(place.disk.faultsMet)")
        #expect(try again.key("data:c") == Array("data:c".utf8), "\(place.disk.faultsMet)")
        if !failed { #expect(again.isDestroyed("data:b")) }
        try again.destroy("data:b")
        let last = try Self.reopened(place)
        #expect(try last.isDestroyed("data:b") && last.key("data:a") != nil)
        #expect(try place.folder("keys").list().count == 2)
    }

    @Test func `what was staged can be forgotten`() throws {
        let place = try Place(.simulated)
        let keys = try Self.founded(place)
        keys.stage("data:a", [1])
        keys.discardStaged()
        #expect(try keys.key("data:a") == nil)
        keys.stage("data:a", [2])
        try keys.flush()
        #expect(try Self.reopened(place).key("data:a") == [2])
    }

    @Test func `the wrong key-encryption key opens nothing, and is known as wrong`() throws {
        let place = try Place(.simulated)
        let keys = try Self.founded(place)
        keys.stage("data:a", [1])
        try keys.flush()
        let wrong = [UInt8](repeating: 5, count: 32)
        #expect(try EpochKey.open(in: place.folder("keys"), keyEncryptionKey: wrong) == nil)
        let ledger = [UInt8](repeating: 7, count: 16)
        #expect(
            EpochKey.check(keyEncryptionKey: wrong, ledger: ledger)
                != EpochKey.check(keyEncryptionKey: Self.keyEncryptionKey, ledger: ledger)
        )
        #expect(
            EpochKey.check(keyEncryptionKey: Self.keyEncryptionKey, ledger: ledger)
                == HMAC256.authenticate(
                    Array("muniment/v1/key-check".utf8) + [0] + ledger,
                    key: Self.keyEncryptionKey
                )
        )
    }

    @Test func `a sealed store tells what there is and opens none of it`() throws {
        let place = try Place(.simulated)
        let keys = try Self.founded(place)
        keys.stage("data:a", [1])
        keys.stage("data:b", [2])
        try keys.flush()
        try keys.destroy("data:b")
        let sealed = try KeyStore(folder: place.folder("keys", .readOnly), epoch: nil, random: { _ in [] })
        #expect(sealed.isSealed && !keys.isSealed)
        #expect(try sealed.names(prefix: "data:") == ["data:a"])
        #expect(try sealed.key("data:a") == nil)
        #expect(sealed.isDestroyed("data:b"))
    }
}

/// A new epoch wraps everything anew.
struct EpochTests {
    static func names(_ keys: KeyStore) throws -> [String] { try keys.names(prefix: "") }

    static func founded(_ place: Place) throws -> KeyStore {
        let keys = try KeyStoreTests.founded(place)
        for name in ["data:a", "data:b", "data:c"] { keys.stage(name, Array(name.utf8)) }
        try keys.flush()
        keys.stage("data:d", [4])
        try keys.flush()
        try keys.destroy("data:b")
        return keys
    }

    @Test(arguments: Medium.allCases)
    func `every key opens under the new epoch, and the old wrappings are gone`(_ medium: Medium) throws {
        let place = try Place(medium)
        let keys = try Self.founded(place)
        let old = try place.folder("keys").list()
        #expect(try keys.rewrap(keyEncryptionKey: KeyStoreTests.keyEncryptionKey) == 3)
        let new = try place.folder("keys").list()
        #expect(Set(old).isDisjoint(with: new), "\(new)")
        for keys in [keys, try KeyStoreTests.reopened(place)] {
            #expect(try Self.names(keys) == ["data:a", "data:c", "data:d"])
            #expect(try keys.key("data:a") == Array("data:a".utf8))
            #expect(try keys.key("data:d") == [4])
            #expect(keys.isDestroyed("data:b"))
        }
    }

    @Test(arguments: Medium.allCases)
    func `who reads beside goes on opening what was wrapped anew meanwhile, and not what was destroyed`(
        _ medium: Medium,
    ) throws {
        let place = try Place(medium)
        let keys = try Self.founded(place)
        let reader = try KeyStoreTests.reopened(place, access: .readOnly)
        try keys.rewrap(keyEncryptionKey: KeyStoreTests.keyEncryptionKey)
        #expect(try reader.key("data:new") == nil, "it looks again for that")
        #expect(try reader.key("data:a") == Array("data:a".utf8) && reader.key("data:d") == [4])
        #expect(reader.isDestroyed("data:b"))
        try keys.destroy("data:c")
        #expect(try reader.key("data:new") == nil)
        #expect(try reader.key("data:c") == nil && reader.isDestroyed("data:c"))
        #expect(try reader.key("data:a") == Array("data:a".utf8))
    }

    @Test(arguments: [Fault.denied, .keptButDenied, .powerCut, .full], 1...40)
    func `interrupted anywhere, every key still opens, and doing it again ends it`(_ fault: Fault, operation: Int)
        throws
    {
        let place = try Place(.simulated, seed: UInt64(operation))
        let keys = try Self.founded(place)
        place.disk.plan(fault, at: place.disk.operations + operation)
        _ = try? keys.rewrap(keyEncryptionKey: KeyStoreTests.keyEncryptionKey)
        // Beyond its last operation there is nothing left to interrupt.
        guard !place.disk.faultsMet.isEmpty else { return }
        place.disk.crash()
        let again = try KeyStoreTests.reopened(place)
        #expect(try Self.names(again) == ["data:a", "data:c", "data:d"], "\(place.disk.faultsMet)")
        #expect(
            try again.key("data:a") == Array("data:a".utf8) && again.key("data:d") == [4],
            "\(place.disk.faultsMet)"
        )
        #expect(again.isDestroyed("data:b"))
        try again.rewrap(keyEncryptionKey: KeyStoreTests.keyEncryptionKey)
        #expect(try place.folder("keys").list().count { $0.hasPrefix("epoch-") } == 1)
        #expect(try KeyStoreTests.reopened(place).key("data:c") == Array("data:c".utf8))
    }
}
