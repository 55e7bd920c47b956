import Engine
import EventLog
import Storage
import Wire

/// Opens the key store of a directory by itself, and tells how much memory it takes and how long that lasted.
struct KeyMemory {
    private let path: String

    init(_ words: Words) throws { path = try words.text("data") }

    func run() throws {
        let folder = try DataDirectory(path: path).keys(.readOnly)
        guard let kek = try KeyEncryptionKey.left(in: folder),
            let epoch = try EpochKey.open(in: folder, keyEncryptionKey: kek.bytes)
        else { throw Words.Fault.failed("the keys do not open") }
        let (before, start) = (Machine.residentBytes ?? 0, ContinuousClock.now)
        let keys = try KeyStore(folder: folder, epoch: epoch, random: World.system.random)
        let elapsed = ContinuousClock.now - start
        let after = Machine.residentBytes ?? 0
        Measurement.report([
            "keys": .count(keys.count), "table_bytes_per_key": .decimal("\(keys.bytesPerKey)"),
            "resident_bytes": .count(after - before),
            "seconds": .seconds(elapsed),
        ])
    }
}

/// Opens a ledger as the server does, and closes it in order.
struct StartRun {
    private let path: String

    init(_ words: Words) throws { path = try words.text("data") }

    func run() async throws {
        let start = ContinuousClock.now
        let instance = try await Ledgers.open(path)
        let elapsed = ContinuousClock.now - start
        let size = instance.status.size
        try await instance.close()
        Measurement.report(["entries": .count(size), "seconds": .seconds(elapsed)])
    }
}
