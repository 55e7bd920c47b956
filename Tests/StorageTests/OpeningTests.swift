import Glibc
import Storage
import Synchronization
import Testing

struct OpeningTests {
    @Test(arguments: Medium.allCases)
    func `reading needs something there, and changes nothing`(medium: Medium) throws {
        let place = try Place(medium)
        for access in [Environment.Access.readOnly, .copied] {
            #expect(refusal { _ = try place.environment("ledger", Environment.Options(access: access)) } == .notFound)
        }
        do {
            let environment = try place.environment()
            try environment.write(environment.table("entries"), ["a": "1"])
        }
        for access in [Environment.Access.readOnly, .copied] {
            let reader = try place.environment("ledger", Environment.Options(access: access))
            #expect(try reader.text(reader.table("entries"), "a") == "1")
            #expect(refusal { _ = try reader.table("absent") } == .notFound)
            #expect(refusal { _ = try reader.beginWrite() } == .readOnly)
        }
    }

    @Test(arguments: Medium.allCases, [false, true])
    func `a copy holds the committed moment and opens by itself`(medium: Medium, compacting: Bool) throws {
        let place = try Place(medium)
        let environment = try place.environment()
        let table = try environment.table("entries")
        try environment.write(table, ["a": "1"])
        try environment.copy(to: medium == .fileSystem ? "\(place.path)/copy" : "copy", compacting: compacting)
        try environment.write(table, ["a": "2"])

        let copy = try place.environment("copy", Environment.Options(access: .copied))
        #expect(try copy.text(copy.table("entries"), "a") == "1")
    }

    @Test func `a copied directory opens without a lock file and without the right to write`() throws {
        let place = try Place(.fileSystem)
        do {
            let environment = try place.environment()
            try environment.write(environment.table("entries"), ["a": "1"])
        }
        try #require(unsafe remove("\(place.path)/ledger/lock.mdb") == 0)
        try #require(unsafe chmod("\(place.path)/ledger/data.mdb", 0o400) == 0)
        let copy = try place.environment("ledger", Environment.Options(access: .copied))
        #expect(try copy.text(copy.table("entries"), "a") == "1")
        #expect(unsafe access("\(place.path)/ledger/lock.mdb", F_OK) != 0)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a live directory can be read by another process while this one writes and grows`() async throws {
        let place = try Place(.fileSystem)
        let environment = try place.environment("ledger", Environment.Options(mapBytes: 256 << 10))
        let table = try environment.table("entries")
        try environment.write(table, ["a": "1"])
        let path = "\(place.path)/ledger"

        let writer = PinnedThread(name: "writer")
        try writer.start {
            // Waits for the reader to have mapped the small file, then writes more than that map can show.
            let deadline = ContinuousClock.now + .seconds(120)
            while unsafe access("\(path)/signals/seen", F_OK) != 0 {
                guard ContinuousClock.now < deadline else {
                    Issue.record("the reader has not come")
                    return
                }
                usleep(1000)
            }
            do {
                try environment.grow(toBytes: 64 << 20)
                var write = try environment.beginWrite()
                for number in 0..<400 {
                    try write.put(table, [UInt8]("n\(number)"), [UInt8](repeating: 1, count: 3000))
                }
                try write.put(table, [UInt8]("z"), [])
                try write.commit()
            } catch {
                Issue.record(error)
            }
        }
        await #expect(processExitsWith: .success) { [path = path as String] in
            alarm(120)
            let reader = try Environment(path: path, options: Environment.Options(access: .readOnly))
            let entries = try reader.table("entries")
            try #require(try reader.text(entries, "a") == "1")
            try SmallFiles(path: "\(path)/signals").write("seen", [])
            while try reader.text(entries, "z") == nil { usleep(1000) }
            try #require(try reader.count(entries) == 402)
            try #require(refusal { _ = try reader.beginWrite() } == .readOnly)
        }
        writer.join()
    }

    @Test func `one folder is not opened twice in one process`() throws {
        let place = try Place(.fileSystem)
        var first: Environment? = try place.environment()
        #expect(throws: StorageError.self) { _ = try place.environment() }
        #expect(try first?.table("entries").name == "entries")
        first = nil
        _ = try place.environment().table("entries")
    }

    @Test(arguments: [Environment.Access.readWrite, .readOnly, .copied])
    func `a file that was cut short is extended, and what is missing is reported`(access: Environment.Access) throws {
        let place = try Place(.fileSystem)
        let size: Int
        do {
            let environment = try place.environment()
            let table = try environment.table("entries")
            var write = try environment.beginWrite()
            for number in 0..<2000 { try write.put(table, [UInt8]("n\(number)"), [UInt8](repeating: 1, count: 100)) }
            try write.commit()
            size = environment.sizeBytes
        }
        try #require(unsafe truncate("\(place.path)/ledger/data.mdb", 3 * 4096) == 0)

        // Without the extension this would end the process by SIGBUS.
        let environment = try place.environment("ledger", Environment.Options(mapBytes: 16 << 20, access: access))
        #expect(environment.sizeBytes == size)
        let kind = refusal {
            let table = try environment.table("entries")
            _ = try environment.read { read in try read.keys(table) }
        }
        #expect(kind == .corrupted || kind == .notFound)
    }

    @Test(arguments: [ScanDirection.forward, .backward])
    func `two pages in each other's places are damage to a scan, though every row is there`(way: ScanDirection) throws {
        let place = try Place(.fileSystem)
        do {
            let environment = try place.environment()
            let table = try environment.table("entries")
            var write = try environment.beginWrite()
            for number in 1000..<3000 { try write.put(table, [UInt8]("n\(number)"), [UInt8](repeating: 1, count: 100)) }
            try write.commit()
        }
        let folder = try SmallFiles(path: "\(place.path)/ledger")
        var bytes = try #require(try folder.read("data.mdb"))
        // A page's flags are at 10, where 2 is a leaf; the end of its list of rows is at 12.
        let pages = stride(from: 2 * 4096, to: bytes.count, by: 4096)
        let leaves = pages.filter { bytes[$0 + 10] == 2 && bytes[$0 + 12] > 40 }
        let (one, other) = (leaves[2]..<leaves[2] + 4096, leaves[5]..<leaves[5] + 4096)
        (bytes[one], bytes[other]) = (bytes[other], bytes[one])
        try folder.write("data.mdb", bytes)
        let environment = try place.environment()
        let table = try environment.table("entries")
        let kind = refusal {
            try environment.read { reader in
                try reader.scan(table, from: nil, way) { (_, _) throws(StorageError) in true }
            }
        }
        #expect(kind == .corrupted)
    }

    @Test(arguments: [35, 47, 62])
    func `a meta page that claims terabytes is damage, and the file stays as it is`(bit: Int) throws {
        let place = try Place(.fileSystem)
        do {
            let environment = try place.environment()
            try environment.write(environment.table("entries"), ["a": "1"])
        }
        let folder = try SmallFiles(path: "\(place.path)/ledger")
        var bytes = try #require(try folder.read("data.mdb"))
        // Both meta pages, so that it does not matter which is the newest: the last page's number is at 136.
        for page in 0...1 { bytes[page * 4096 + 136 + (bit - 12) / 8] ^= 1 << UInt8((bit - 12) % 8) }
        try folder.write("data.mdb", bytes)
        #expect(refusal { _ = try place.environment() } == .corrupted)
        #expect(try folder.read("data.mdb")?.count == bytes.count)
    }

    @Test func `what is no environment is called corrupted`() throws {
        let place = try Place(.fileSystem)
        try SmallFiles(path: "\(place.path)/ledger").write("data.mdb", [UInt8](repeating: 9, count: 20_000))
        #expect(refusal { _ = try place.environment() } == .corrupted)
    }

    @Test(.timeLimit(.minutes(1)))
    func `growing waits until the read under way has left`() throws {
        let environment = try Place(.fileSystem).environment("ledger", Environment.Options(mapBytes: 1 << 20))
        let table = try environment.table("entries")
        try environment.write(table, ["a": "1"])
        let isGrowing = Atomic<Bool>(false)
        let hasLeft = Atomic<Bool>(false)
        let grower = PinnedThread(name: "grower")
        try environment.read { (read) throws(StorageError) in
            try grower.start {
                isGrowing.store(true, ordering: .sequentiallyConsistent)
                #expect(refusal { try environment.grow(toBytes: 2 << 20) } == nil)
                let wasAlone = hasLeft.load(ordering: .sequentiallyConsistent)
                #expect(wasAlone)
            }
            while !isGrowing.load(ordering: .sequentiallyConsistent) { sched_yield() }
            // Long enough for a growth that does not wait to be over.
            usleep(20_000)
            #expect(try read.get(table, [UInt8]("a")) == [UInt8]("1"))
            hasLeft.store(true, ordering: .sequentiallyConsistent)
        }
        grower.join()
        #expect(environment.mapBytes == 2 << 20)
    }

    @Test(.timeLimit(.minutes(1)))
    func `reads go on around one growth after another`() throws {
        let environment = try Place(.fileSystem).environment("ledger", Environment.Options(mapBytes: 1 << 20))
        let table = try environment.table("entries")
        try environment.write(table, ["a": "1"])
        let threads = try (0..<4).map { number in
            let thread = PinnedThread(name: "reader \(number)")
            try thread.start {
                for _ in 0..<2000 {
                    do {
                        #expect(try environment.text(table, "a") != nil)
                    } catch {
                        Issue.record(error)
                    }
                }
            }
            return thread
        }
        for step in 2...40 {
            try environment.grow(toBytes: step << 20)
            try environment.write(table, ["a": "\(step)"])
        }
        for thread in threads { thread.join() }
        #expect(environment.mapBytes == 40 << 20)
        #expect(try environment.checkReaders() == 0)
    }

    @Test func `more readers than places are refused, and the places come back`() throws {
        let environment = try Place(.fileSystem).environment(
            "ledger",
            // One of them is the writer's.
            Environment.Options(mapBytes: 1 << 20, readersMax: 3),
        )
        let table = try environment.table("entries")
        try environment.read { _ in
            try environment.read { _ in
                #expect(refusal { _ = try environment.text(table, "a") } == .readersFull)
            }
        }
        #expect(refusal { _ = try environment.text(table, "a") } == nil)
    }
}
