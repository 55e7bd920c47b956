import Engine
import EventLog
import OpenSSL
import Storage
import Testing

/// A ledger is founded once: an interruption loses nothing, and nothing that is there is ever written over.
struct FoundingTests {
    static let founding = Instance.Founding(
        baseURL: Ground.baseURL,
        administratorEmail: "admin@example.com",
        algorithm: .EdDSA,
        software: "muniment test"
    )

    @discardableResult
    private static func found(_ directory: DataDirectory, _ clock: SimulatedWorld) throws -> Instance.Founded {
        try Instance.create(directory, kek: nil, world: clock.world, founding)
    }

    private static func open(_ directory: DataDirectory, _ clock: SimulatedWorld) async throws {
        let options = Instance.Options(software: "muniment test", log: { _ in }, onStop: { _ in })
        try await Instance.open(directory, world: clock.world, options: options).close()
    }

    /// Every file of the key store, by name.
    private static func keys(_ directory: DataDirectory) throws -> [String: [UInt8]] {
        let folder = try directory.keys()
        return try Dictionary(uniqueKeysWithValues: folder.list().map { ($0, try folder.read($0) ?? []) })
    }

    @Test func `interrupted at any operation, it is repeated or refused, and no key of an entry is lost`() async throws
    {
        var (repeated, refused, operation) = (0, 0, 0)
        while true {
            operation += 1
            let disk = SimulatedDisk(seed: UInt64(operation))
            let clock = SimulatedWorld(seed: UInt64(operation))
            let directory = DataDirectory(simulated: disk)
            disk.plan(.powerCut, at: operation)
            let isFounded = (try? Self.found(directory, clock)) != nil
            guard let met = disk.faultsMet.first else { break }
            #expect(!isFounded, "\(met)")
            disk.crash()
            clock.reboot()
            let hasEntries = try directory.ledger().environment.read { try directory.ledger().size($0) } > 0
            let before = try Self.keys(directory)
            if hasEntries {
                let fault = #expect(throws: LedgerFault.self, "\(met)") { try Self.found(directory, clock) }
                guard case .format? = fault else {
                    Issue.record("\(met): \(fault)")
                    continue
                }
                #expect(try Self.keys(directory) == before, "\(met)")
                refused += 1
            } else {
                try Self.found(directory, clock)
                try await Self.open(directory, clock)
                repeated += 1
            }
        }
        #expect(repeated > 15 && refused > 2, "\(repeated) repeated, \(refused) refused")
    }

    @Test func `a directory that lost only its format file keeps its keys, and its ledger when the file is back`()
        async throws
    {
        let ground = try Ground(seed: 71)
        let before = try Self.keys(ground.directory)
        let format = try #require(try ground.directory.top().read(LedgerFormat.fileName))
        try ground.directory.top().remove(LedgerFormat.fileName)
        #expect(throws: LedgerFault.self) { try Self.found(ground.directory, ground.clock) }
        #expect(try Self.keys(ground.directory) == before)
        try ground.directory.top().write(LedgerFormat.fileName, format)
        try await Self.open(ground.directory, ground.clock)
    }

    @Test func `where only the anchor tells of a ledger, its keys are kept`() throws {
        let (disk, clock) = (SimulatedDisk(seed: 72), SimulatedWorld(seed: 72))
        let ground = try Ground(seed: 72)
        let directory = DataDirectory(simulated: disk)
        let note = try #require(try ground.directory.anchor().checkpoint())
        try directory.anchor().store(note)
        try directory.keys().write("epoch-1", [1])
        #expect(throws: LedgerFault.self) { try Self.found(directory, clock) }
        #expect(try Self.keys(directory) == ["epoch-1": [1]])
    }
}
