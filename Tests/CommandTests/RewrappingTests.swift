import Engine
import EventLog
import Storage
import Testing

/// Wrapping anew, interrupted at any of its operations by a fault of any kind.
struct RewrappingTests {
    private static let keyEncryptionKey = [UInt8](repeating: 9, count: 32)

    private static func random(_ count: Int) -> [UInt8] { World.system.random(count) }

    private static func opened(_ disk: SimulatedDisk) throws -> KeyStore {
        let folder = try SmallFiles(simulated: disk, prefix: "keys")
        let epoch = try #require(try EpochKey.open(in: folder, keyEncryptionKey: keyEncryptionKey))
        return try KeyStore(folder: folder, epoch: epoch, random: random)
    }

    /// A store of three bundles, one key destroyed.
    private static func founded() throws -> SimulatedDisk {
        let disk = SimulatedDisk(seed: 1)
        let folder = try SmallFiles(simulated: disk, prefix: "keys")
        let epoch = try EpochKey.create(in: folder, keyEncryptionKey: keyEncryptionKey, random: random)
        let keys = try KeyStore(folder: folder, epoch: epoch, random: random)
        for number in 1...3 {
            keys.stage("data:\(number)", [UInt8(number)])
            keys.stage("mac:\(number)", [UInt8(number)])
            try keys.flush()
        }
        try keys.destroy("data:2")
        return disk
    }

    private static func expectWhole(_ keys: KeyStore) throws {
        for number in 1...3 { #expect(try keys.key("mac:\(number)") == [UInt8(number)]) }
        #expect(try keys.key("data:1") == [1] && keys.key("data:3") == [3])
        #expect(try keys.key("data:2") == nil && keys.isDestroyed("data:2"))
    }

    /// A disk that lies about what is durable is left out: no order of writes helps against it.
    @Test(arguments: [Fault.powerCut, .denied, .keptButDenied, .full])
    func `every key opens after an interruption at any operation, and doing it again finishes`(_ fault: Fault) throws {
        var operation = 0
        while true {
            let disk = try Self.founded()
            let keys = try Self.opened(disk)
            operation += 1
            disk.plan(fault, at: disk.operations + operation)
            _ = try? keys.rewrap(keyEncryptionKey: Self.keyEncryptionKey)
            // Past the last operation there is nothing left to fail.
            if disk.faultsMet.isEmpty { break }
            disk.crash()
            let again = try Self.opened(disk)
            try Self.expectWhole(again)
            #expect(try again.rewrap(keyEncryptionKey: Self.keyEncryptionKey) == 5)
            let last = try Self.opened(disk)
            try Self.expectWhole(last)
            let epochs = try SmallFiles(simulated: disk, prefix: "keys").list().filter { $0.hasPrefix("epoch-") }
            #expect(epochs.count == 1)
        }
        #expect(operation > 10)
    }
}
