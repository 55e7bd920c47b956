import Storage
import Testing

struct TableTests {
    @Test(arguments: Medium.allCases)
    func `what is put can be got, replaced and deleted`(medium: Medium) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        try environment.write(table, ["a": "1", "b": "", "c": "3"])

        #expect(try environment.text(table, "a") == "1")
        #expect(try environment.text(table, "b") == "")
        #expect(try environment.text(table, "missing") == nil)

        try environment.write(table, ["a": "2"])
        var write = try environment.beginWrite()
        #expect(try write.delete(table, [UInt8]("c")))
        #expect(try !write.delete(table, [UInt8]("c")))
        #expect(try !write.delete(table, []))
        try write.commit()

        #expect(try environment.text(table, "a") == "2")
        #expect(try environment.text(table, "c") == nil)
        #expect(try environment.count(table) == 2)
    }

    struct ScanCase: CustomTestStringConvertible, Sendable {
        let from: String?
        let direction: ScanDirection
        let keys: [String]

        var testDescription: String { "\(direction) from \(from ?? "the end")" }
    }

    static let scans = [
        ScanCase(from: nil, direction: .forward, keys: ["a", "ab", "b", "ba", "d"]),
        ScanCase(from: "", direction: .forward, keys: ["a", "ab", "b", "ba", "d"]),
        ScanCase(from: "ab", direction: .forward, keys: ["ab", "b", "ba", "d"]),
        ScanCase(from: "aa", direction: .forward, keys: ["ab", "b", "ba", "d"]),
        ScanCase(from: "c", direction: .forward, keys: ["d"]),
        ScanCase(from: "e", direction: .forward, keys: []),
        ScanCase(from: nil, direction: .backward, keys: ["d", "ba", "b", "ab", "a"]),
        ScanCase(from: "", direction: .backward, keys: []),
        ScanCase(from: "A", direction: .backward, keys: []),
        ScanCase(from: "a", direction: .backward, keys: ["a"]),
        ScanCase(from: "c", direction: .backward, keys: ["ba", "b", "ab", "a"]),
        ScanCase(from: "b", direction: .backward, keys: ["b", "ab", "a"]),
        ScanCase(from: "e", direction: .backward, keys: ["d", "ba", "b", "ab", "a"]),
    ]

    @Test(arguments: Medium.allCases, scans)
    func `a scan starts where it is told and goes in order`(medium: Medium, scan: ScanCase) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        #expect(try environment.keys(table, from: scan.from, scan.direction) == [])
        try environment.write(table, ["b": "", "a": "", "ba": "", "d": "", "ab": ""])
        #expect(try environment.keys(table, from: scan.from, scan.direction) == scan.keys)
        let write = try environment.beginWrite()
        #expect(try write.keys(table, from: scan.from, scan.direction) == scan.keys)
    }

    @Test(arguments: Medium.allCases)
    func `a prefix ends where the keys stop beginning with it`(medium: Medium) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        var write = try environment.beginWrite()
        for key: [UInt8] in [[1], [1, 255], [1, 255, 255], [1, 255, 0], [2], [0, 255], [255], [255, 255]] {
            try write.put(table, key, [])
        }
        try write.commit()

        func keys(_ prefix: [UInt8]) throws -> Int {
            var count = 0
            try environment.read { (read) throws(StorageError) in
                try read.scan(table, prefix: prefix) { (_, _) throws(StorageError) in
                    count += 1
                    return true
                }
            }
            return count
        }
        #expect(try keys([1, 255]) == 3)
        #expect(try keys([1]) == 4)
        #expect(try keys([255]) == 2)
        #expect(try keys([3]) == 0)
        #expect(try keys([]) == 8)
    }

    @Test(arguments: Medium.allCases)
    func `a scan ends when its closure says so, and an error of its own comes out`(medium: Medium) throws {
        struct Enough: Error {}
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        try environment.write(table, ["a": "1", "b": "2", "c": "3"])

        var seen: [String] = []
        try environment.read { read in
            try read.scan(table) { (key, _) throws(StorageError) in
                seen.append(key.text)
                return seen.count < 2
            }
        }
        #expect(seen == ["a", "b"])
        #expect(throws: Enough.self) {
            try environment.read { read in try read.scan(table) { _, _ in throw Enough() } }
        }
        #expect(throws: Enough.self) {
            try environment.read { read in try read.lend(table, [UInt8]("a")) { _ in throw Enough() } }
        }
        var lent: [String] = []
        try environment.read { read in
            for key in ["a", "none"] {
                try read.lend(table, [UInt8](key)) { lent.append(String(decoding: $0.copied, as: UTF8.self)) }
            }
        }
        #expect(lent == ["1"], "It is not called where there is nothing.")
        #expect(try environment.text(table, "a") == "1", "The failed reads have given their places back.")
    }

    @Test(arguments: Medium.allCases)
    func `appending needs a key behind all others, and a refused one spoils nothing`(medium: Medium) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        var write = try environment.beginWrite()
        try write.append(table, [1], [1])
        try write.append(table, [1, 0], [2])
        for key: [UInt8] in [[1, 0], [1], [0, 255]] {
            #expect(throws: StorageError.self) { try write.append(table, key, []) }
        }
        try write.append(table, [2], [3])
        try write.commit()
        #expect(try environment.count(table) == 3)
    }

    @Test(arguments: Medium.allCases)
    func `sizes that cannot be stored are refused and spoil nothing`(medium: Medium) throws {
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        var write = try environment.beginWrite()
        let long = [UInt8](repeating: 1, count: Table.keyBytesMax)
        try write.put(table, long, [1])
        #expect(throws: StorageError.self) { try write.put(table, long + [1], []) }
        #expect(throws: StorageError.self) { try write.put(table, [], []) }
        #expect(try write.get(table, []) == nil)
        #expect(try write.get(table, long + [1]) == nil)
        try write.commit()
        #expect(try environment.read { (read) throws(StorageError) in try read.get(table, long) } == [1])
    }

    @Test(arguments: Medium.allCases)
    func `random changes give what a plain dictionary gives`(medium: Medium) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Sequence(state: seed)
        let environment = try Place(medium).environment()
        let table = try environment.table("entries")
        var model: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<20 {
            let isKept = Bool.random(using: &random)
            var changed = model
            var write = try environment.beginWrite()
            for _ in 0..<100 {
                let length = Int.random(in: 1...3, using: &random)
                let key = (0..<length).map { _ in UInt8.random(in: 0..<12, using: &random) }
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let wasThere = changed.removeValue(forKey: key) != nil
                    #expect(try write.delete(table, key) == wasThere, "seed \(seed)")
                } else {
                    changed[key] = [UInt8.random(in: 0 ... .max, using: &random)]
                    try write.put(table, key, changed[key] ?? [])
                }
            }
            if isKept {
                try write.commit()
                model = changed
            } else {
                _ = consume write
            }
            let expected = model.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { $0.key + [255] + $0.value }
            for direction in ScanDirection.allCases {
                var rows: [[UInt8]] = []
                try environment.read { (read) throws(StorageError) in
                    try read.scan(table, direction) { (key, value) throws(StorageError) in
                        rows.append(key.bytesCopied + [255] + value.bytesCopied)
                        return true
                    }
                }
                #expect(rows == (direction == .forward ? expected : expected.reversed()), "seed \(seed)")
            }
        }
    }

    private struct Sequence: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) | (state << 31)
        }
    }
}

extension Span<UInt8> {
    fileprivate var bytesCopied: [UInt8] { indices.map { self[$0] } }
}
