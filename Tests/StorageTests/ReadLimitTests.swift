import Glibc
import Patience
import Storage
import Synchronization
import Testing

/// A read that is held open must not hold the file's space for ever.
struct ReadLimitTests {
    /// A clock that goes on when a test says so.
    private final class Clock: Sendable {
        private let now = Atomic<Int64>(1_000)
        func pass(_ microseconds: Int64) { now.add(microseconds, ordering: .relaxed) }
        var limit: ReadLimit {
            ReadLimit(microsecondsMax: 100, atLengthMicrosecondsMax: 1_000) { [self] in
                now.load(ordering: .relaxed)
            }
        }
    }

    private func filled(_ place: Place, rows: Int = 1_000) throws -> (Environment, Table) {
        let environment = try place.environment()
        let table = try environment.table("rows")
        var write = try environment.beginWrite()
        for row in 0..<rows { try write.append(table, [UInt8(row >> 8), UInt8(row & 0xFF)], [1]) }
        try write.commit()
        return (environment, table)
    }

    private func kind(_ body: () throws -> Void) -> StorageError.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StorageError)?.kind
        }
    }

    @Test(arguments: Medium.allCases)
    func `a read past its time is refused what it asks for next, and the next one is not`(medium: Medium) throws {
        let place = try Place(medium)
        let (environment, table) = try filled(place)
        let clock = Clock()
        environment.limitReads(to: clock.limit)
        try environment.read { reader in
            clock.pass(100)
            let isThere = try reader.contains(table, [0, 1])
            #expect(isThere)
            clock.pass(1)
            #expect(kind { _ = try reader.contains(table, [0, 1]) } == .tookTooLong)
            #expect(kind { try reader.scan(table) { _, _ in true } } == .tookTooLong)
        }
        let isThere = try environment.read { reader throws(StorageError) in try reader.contains(table, [0, 1]) }
        #expect(isThere)
    }

    @Test(arguments: Medium.allCases)
    func `a scan is cut under way, and goes on where it stood`(medium: Medium) throws {
        let place = try Place(medium)
        let (environment, table) = try filled(place)
        let clock = Clock()
        environment.limitReads(to: clock.limit)
        var keys: [[UInt8]] = []
        var cuts = 0
        while keys.count < 1_000 {
            let cut = kind {
                try environment.read { reader in
                    try reader.scan(table, from: keys.last) { key, _ in
                        clock.pass(1)
                        if keys.last != key.copied { keys.append(key.copied) }
                        return true
                    }
                }
            }
            cuts += cut == .tookTooLong ? 1 : 0
        }
        #expect(cuts > 0)
        #expect(keys == (0..<1_000).map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
    }

    @Test(arguments: Medium.allCases)
    func `what needs one moment is seen, and cut much later`(medium: Medium) throws {
        let place = try Place(medium)
        let (environment, table) = try filled(place)
        let clock = Clock()
        environment.limitReads(to: clock.limit)
        #expect(environment.oldestReadMicroseconds == 0)
        try environment.readAtLength { reader in
            clock.pass(500)
            let isThere = try reader.contains(table, [0, 1])
            #expect(isThere)
            #expect(environment.oldestReadMicroseconds == 500)
            clock.pass(500)
            let isStillThere = try reader.contains(table, [0, 1])
            #expect(isStillThere)
            clock.pass(1)
            #expect(kind { _ = try reader.contains(table, [0, 1]) } == .tookTooLong)
        }
        #expect(environment.oldestReadMicroseconds == 0)
    }

    @Test(.timeLimit(.minutes(1)), arguments: Medium.allCases)
    func `a growth that a read keeps out is told so, and goes well when the read is over`(medium: Medium) throws {
        let environment = try filled(Place(medium)).0
        let grower = PinnedThread(name: "grower")
        try environment.readAtLength { _ in
            try grower.start { #expect(refusal { try environment.grow(toBytes: 32 << 20) } == .busy) }
            grower.join()
        }
        #expect(environment.mapBytes == 16 << 20)
        try environment.grow(toBytes: 32 << 20)
        #expect(environment.mapBytes == 32 << 20)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a growth cuts a read that takes longer than a moment, and goes on`() throws {
        let place = try Place(.fileSystem)
        let (environment, table) = try filled(place)
        let clock = Clock()
        let limit = ReadLimit(
            microsecondsMax: 5_000_000,
            atLengthMicrosecondsMax: 60_000_000,
            clock: clock.limit.clock
        )
        environment.limitReads(to: limit)
        let grower = PinnedThread(name: "grower")
        let deadline = ContinuousClock.now + .seconds(120)
        try environment.readAtLength { reader in
            clock.pass(600_000)
            // Nobody minds yet.
            _ = try reader.contains(table, [0, 1])
            // Where a machine is slow, it may be tried before the read has seen that it is over.
            try grower.start {
                while (try? environment.grow(toBytes: 32 << 20)) == nil, ContinuousClock.now < deadline {}
            }
            var cut: StorageError.Kind?
            while cut != .tookTooLong, ContinuousClock.now < deadline {
                cut = kind { _ = try reader.contains(table, [0, 1]) }
            }
            #expect(cut == .tookTooLong)
        }
        grower.join()
        #expect(environment.mapBytes == 32 << 20)
    }

    @Test(.timeLimit(.minutes(1)), arguments: Medium.allCases)
    func `beside a read that is past the time of most a growth is refused at once, and nobody waits with it`(
        medium: Medium,
    ) throws {
        let place = try Place(medium)
        let environment = try filled(place).0
        let clock = Clock()
        environment.limitReads(to: clock.limit)
        let grower = PinnedThread(name: "grower")
        try environment.readAtLength { _ in
            clock.pass(101)
            try grower.start {
                let error = #expect(throws: StorageError.self) { try environment.grow(toBytes: 32 << 20) }
                // What it says after waiting names the environment.
                #expect(error == StorageError(.busy, "grow the map beside a read that takes long"))
            }
            grower.join()
        }
        try environment.grow(toBytes: 32 << 20)
        #expect(environment.mapBytes == 32 << 20)
    }

    @Test(.timeLimit(.minutes(5)))
    func `L16 a read that another process holds is seen, and grows old once its moment is past`() async throws {
        let place = try Place(.fileSystem)
        let (environment, table) = try filled(place)
        let clock = Clock()
        environment.limitReads(to: clock.limit)
        let (path, folder) = (place.path, try SmallFiles(path: place.path))
        async let reader: ExitTest.Result? = #expect(processExitsWith: .success) { [path = path as String] in
            alarm(120)
            let environment = try Environment(path: "\(path)/ledger", options: .init(access: .readOnly))
            let folder = try SmallFiles(path: path, access: .readOnly)
            let told = try SmallFiles(path: "\(path)/told")
            try environment.read { _ in
                try told.write("reads", [1])
                while try folder.read("seen") == nil { usleep(1_000) }
            }
        }
        let told = try SmallFiles(path: "\(path)/told")
        try await until { try told.read("reads") != nil }
        // Of the newest moment it keeps nothing from being used again.
        try environment.checkReaders()
        clock.pass(500)
        try environment.checkReaders()
        #expect(environment.oldestReadMicroseconds == 0)
        var write = try environment.beginWrite()
        try write.put(table, [0, 1], [2])
        try write.commit()
        try environment.checkReaders()
        clock.pass(500)
        try environment.checkReaders()
        #expect(environment.oldestReadMicroseconds == 500)
        // It holds a map of its own.
        #expect(refusal { try environment.grow(toBytes: 32 << 20) } == nil)
        try folder.write("seen", [1])
        _ = await reader
        try environment.checkReaders()
        #expect(environment.oldestReadMicroseconds == 0)
    }

    @Test func `T14 when every place of readers is taken, the writer still has one`() throws {
        let place = try Place(.fileSystem)
        let environment = try place.environment("few", Environment.Options(mapBytes: 16 << 20, readersMax: 3))
        try environment.read { _ in
            try environment.read { _ in
                #expect(kind { try environment.read { _ in } } == .readersFull)
                for _ in 0..<2 {
                    try environment.readFromReserve { _ in
                        #expect(kind { try environment.readFromReserve { _ in } } == .readersFull)
                    }
                }
            }
        }
        #expect(kind { try environment.read { _ in } } == nil)
    }

    @Test(arguments: Medium.allCases)
    func `without a limit nothing is cut`(medium: Medium) throws {
        let place = try Place(medium)
        let (environment, table) = try filled(place)
        let count = try environment.read { reader throws(StorageError) in try reader.count(table) }
        #expect(count == 1_000)
        #expect(environment.oldestReadMicroseconds == 0)
    }
}
