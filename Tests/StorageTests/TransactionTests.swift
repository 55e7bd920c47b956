import Storage
import Testing

struct TransactionTests {
    @Test(arguments: Medium.allCases)
    func `a write transaction reads its own changes, and nobody else does`(medium: Medium) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        try environment.write(table, ["a": "old", "b": "old"])

        var write = try environment.beginWrite()
        try write.put(table, [UInt8]("a"), [UInt8]("new"))
        try write.delete(table, [UInt8]("b"))
        #expect(try write.get(table, [UInt8]("a")) == [UInt8]("new"))
        #expect(try write.keys(table) == ["a"])
        #expect(try write.count(table) == 1)
        #expect(try environment.text(table, "a") == "old")
        try write.commit()
        #expect(try environment.text(table, "a") == "new")
    }

    @Test(arguments: Medium.allCases)
    func `what is added is written where nothing was, and is shown what stays where something was`(
        medium: Medium
    ) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        try environment.write(table, ["a": "old"])
        var write = try environment.beginWrite()
        var shown: [[UInt8]] = []
        let isNew = try write.add(table, [UInt8]("b"), [UInt8]("new")) { shown.append($0.copied) }
        #expect(isNew && shown.isEmpty)
        for (key, present) in [("a", "old"), ("b", "new")] {
            let isNew = try write.add(table, [UInt8](key.utf8), [UInt8]("other")) { shown.append($0.copied) }
            #expect(!isNew)
            #expect(shown.popLast() == [UInt8](present.utf8))
        }
        try write.commit()
        #expect(try environment.text(table, "a") == "old")
        #expect(try environment.text(table, "b") == "new")
    }

    @Test(arguments: Medium.allCases)
    func `a read sees one moment while others commit`(medium: Medium) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        try environment.write(table, ["a": "old"])
        try environment.read { read in
            try environment.write(table, ["a": "new", "b": "new"])
            #expect(try read.get(table, [UInt8]("a")) == [UInt8]("old"))
            #expect(try read.count(table) == 1)
        }
        #expect(try environment.text(table, "a") == "new")
    }

    @Test(arguments: Medium.allCases)
    func `letting go of a write transaction changes nothing and frees the place`(medium: Medium) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        do {
            var write = try environment.beginWrite()
            try write.put(table, [UInt8]("a"), [])
        }
        #expect(try environment.text(table, "a") == nil)
        try environment.write(table, ["b": "2"])
        #expect(try environment.text(table, "b") == "2")
    }

    @Test(arguments: Medium.allCases)
    func `a second write transaction is refused, not waited for`(medium: Medium) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        var write = try environment.beginWrite()
        #expect(refusal { _ = try environment.beginWrite() } == .busy)
        #expect(refusal { try environment.grow(toBytes: 1 << 30) } == .busy)
        try write.put(table, [1], [])
        try write.commit()
        #expect(refusal { _ = try environment.beginWrite() } == nil)
    }

    @Test(arguments: Medium.allCases)
    func `tables are apart, and known by the same name after opening again`(medium: Medium) throws {
        let place = try Place(medium)
        do {
            let environment = try place.environment()
            try environment.write(environment.table("one"), ["a": "1"])
            try environment.write(environment.table("two"), ["a": "2"])
        }
        let environment = try place.environment()
        #expect(try environment.text(environment.table("two"), "a") == "2")
        #expect(try environment.text(environment.table("one"), "a") == "1")
        #expect(try environment.table("one") == environment.table("one"))
    }

    @Test(arguments: Medium.allCases)
    func `more tables than allowed are refused`(medium: Medium) throws {
        let environment = try Place(medium).environment("small", Environment.Options(mapBytes: 1 << 20, tablesMax: 1))
        _ = try environment.table("one")
        #expect(throws: StorageError.self) { _ = try environment.table("two") }
        _ = try environment.table("one")
    }

    @Test(arguments: Medium.allCases)
    func `a full map spoils its transaction alone, and growing lets the next one through`(medium: Medium) throws {
        let environment = try Place(medium).environment("small", Environment.Options(mapBytes: 256 << 10))
        let table = try environment.table("entries")
        try environment.write(table, ["kept": "1"])
        let value = [UInt8](repeating: 7, count: 3000)

        func fill() throws {
            var write = try environment.beginWrite()
            for number in UInt8.min ... .max { try write.put(table, [number], value) }
            try write.commit()
        }
        #expect(refusal(fill) == .mapFull)
        #expect(try environment.text(table, "kept") == "1")
        #expect(try environment.count(table) == 1)

        var spoiled = try environment.beginWrite()
        #expect(throws: StorageError.self) {
            for number in UInt8.min ... .max { try spoiled.put(table, [number], value) }
        }
        #expect(throws: StorageError.self) { _ = try spoiled.get(table, [UInt8]("kept")) }
        #expect(refusal(ofCommitting: spoiled) != nil)

        try environment.grow(toBytes: 8 << 20)
        #expect(environment.mapBytes == 8 << 20)
        try environment.grow(toBytes: 1 << 20)
        #expect(environment.mapBytes == 8 << 20, "A map never shrinks.")
        try fill()
        #expect(try environment.count(table) == 257)
        #expect(environment.sizeBytes > 256 * 3000)
    }
}
