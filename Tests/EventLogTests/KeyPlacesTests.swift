import EventLog
import Storage
import Testing

/// Of a key that is not in use, only its place is kept in memory.
struct KeyPlacesTests {
    /// What a key may take in memory.
    private static let bytesPerKeyMax = 36.0

    /// A store with two bundles, read through anew, and the folder of its files.
    private static func reopened() throws -> (Place, KeyStore, SmallFiles) {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        for name in ["data:a", "data:b"] { keys.stage(name, Array(name.utf8)) }
        try keys.flush()
        keys.stage("data:c", [3])
        try keys.flush()
        return (place, try KeyStoreTests.reopened(place), try place.folder("keys"))
    }

    @Test func `a key takes few bytes of memory, however many there are, and each is found`() throws {
        let place = try Place(.simulated)
        let keys = try KeyStoreTests.founded(place)
        let sizes = (1...40).map { $0 * 31 }
        var names: [String] = []
        for size in sizes {
            for _ in 0..<size {
                names.append("data:usr_\(names.count)/profile")
                keys.stage(names[names.count - 1], [UInt8(truncatingIfNeeded: names.count)])
            }
            try keys.flush()
            #expect(keys.count == names.count)
            if names.count > 64 { #expect(keys.bytesPerKey <= Self.bytesPerKeyMax, "\(names.count)") }
        }
        for destroyed in names.prefix(3) { try keys.destroy(destroyed) }
        for store in [keys, try KeyStoreTests.reopened(place)] {
            #expect(store.count == names.count - 3 && store.bytesPerKey <= Self.bytesPerKeyMax)
            for (number, name) in names.enumerated() {
                #expect(try store.key(name) == (number < 3 ? nil : [UInt8(truncatingIfNeeded: number + 1)]))
            }
            #expect(try store.key("data:usr_\(names.count)/profile") == nil)
        }
    }

    enum Damage: CaseIterable { case gone, zeroed, cut, exchanged, buried }

    @Test(arguments: Damage.allCases)
    func `a key whose file was damaged since the start is told of, and is neither missing nor erased`(
        _ damage: Damage,
    ) throws {
        let (_, keys, folder) = try Self.reopened()
        let name = "bundle-00000001"
        let bytes = try #require(try folder.read(name))
        let text = String(decoding: bytes, as: UTF8.self)
        switch damage {
        case .gone: try folder.remove(name)
        case .zeroed: try folder.write(name, [UInt8](repeating: 0, count: bytes.count))
        case .cut: try folder.write(name, Array(bytes.prefix(30)))
        case .exchanged: try folder.write(name, Array(text.replacing("data:a", with: "data:x").utf8))
        case .buried:
            let key = try #require(text.firstRange(of: #""id":"data:a","wrapped":"#))
            let end = try #require(text[key.upperBound...].firstIndex(of: "}"))
            let buried = text.replacingCharacters(from: key.lowerBound, to: end)
            try folder.write(name, Array(buried.utf8))
        }
        let fault = #expect(throws: LedgerFault.self) { try keys.key("data:a") }
        #expect(fault?.kind == .keys && String(describing: fault).contains(name), "\(String(describing: fault))")
        #expect(!keys.isDestroyed("data:a") && keys.holds("data:a"))
        #expect(throws: LedgerFault.self, "no other takes its name") { try keys.dataKey("data:a") }
        for neighbour in ["data:a", "data:b"] {
            #expect(throws: LedgerFault.self, "what is left of its file is not written anew") {
                try keys.destroy(neighbour)
            }
        }
        #expect(try keys.key("data:c") == [3], "the others are as they were")
    }

    @Test func `what was opened is remembered for a while, and for no longer`() throws {
        let (_, keys, folder) = try Self.reopened()
        #expect(try keys.key("data:c") == [3])
        try folder.remove("bundle-00000002")
        #expect(try keys.key("data:c") == [3], "it is not read again")
        for number in 0..<256 { keys.stage("data:\(number)", [1]) }
        try keys.flush()
        for number in 0..<256 { _ = try keys.key("data:\(number)") }
        #expect(throws: LedgerFault.self) { try keys.key("data:c") }
    }

    @Test func `what was opened is forgotten when it is destroyed, or is to be`() throws {
        let (_, keys, _) = try Self.reopened()
        for name in ["data:a", "data:b"] { #expect(try keys.key(name) == Array(name.utf8)) }
        try keys.destroy("data:a")
        keys.condemn(["data:b"])
        for name in ["data:a", "data:b"] { #expect(try keys.key(name) == nil && keys.isDestroyed(name)) }
    }

    @Test(arguments: Medium.allCases)
    func `more files than one thread reads are one store, the newest of them stand, and a damaged one is named`(
        _ medium: Medium
    ) throws {
        let place = try Place(medium)
        let folder = try place.folder("keys")
        func name(_ number: Int) -> String { "bundle-00000" + String(1_000 + number).dropFirst() }
        func write(_ number: Int, _ text: String) throws { try folder.write(name(number), Array(text.utf8)) }
        for number in 1...300 {
            // Each has a key of its own, and one that the next one buries.
            let own = #"{"id":"data:\#(number)","wrapped":"AAAA"},{"id":"data:\#(number)/old","wrapped":"AAAA"}"#
            let buried = #"{"destroyed":true,"id":"data:\#(number - 1)/old"}"#
            try write(number, #"{"keys":[\#(own),\#(buried)],"v":1}"#)
        }
        func opened() throws -> KeyStore {
            try KeyStore(folder: place.folder("keys", .readOnly), epoch: nil, random: { _ in [] })
        }
        let keys = try opened()
        #expect(keys.count == 301)
        for number in 1...300 {
            #expect(keys.holds("data:\(number)"))
            #expect(keys.isDestroyed("data:\(number)/old") == (number < 300))
        }
        try write(217, "no bundle")
        let fault = #expect(throws: LedgerFault.self) { try opened() }
        #expect(fault?.kind == .keys && String(describing: fault).contains(name(217)))
    }

    @Test func `a key that its owner put elsewhere is found by who reads beside it`() throws {
        let (place, owner, _) = try Self.reopened()
        let reader = try KeyStoreTests.reopened(place, access: .readOnly)
        try owner.destroy("data:b")
        #expect(try reader.key("data:a") == Array("data:a".utf8))
        #expect(try reader.key("data:b") == nil && reader.isDestroyed("data:b"))
    }
}

extension String {
    /// The text with a tombstone's members in the place of a key's, filled up to the same length.
    fileprivate func replacingCharacters(from start: Index, to end: Index) -> String {
        let tombstone = #""destroyed":true,"id":"data:a","x":""#
        let filling = String(repeating: "A", count: self[start..<end].utf8.count - tombstone.utf8.count - 1)
        return String(self[..<start]) + tombstone + filling + #"""# + String(self[end...])
    }
}
