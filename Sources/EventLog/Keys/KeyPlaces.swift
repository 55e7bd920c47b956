import OpenSSL
import Wire

/// The bundles of a key store, and where in them each key lies: all that is kept in memory of a key that is not in use.
struct KeyPlaces {
    private struct Bundle {
        let number: Int
        let epoch: Int
        /// How many keys stand in it and in no newer one, tombstones included.
        var keys = 0
    }

    /// Where a key lies, as it is to be read.
    struct Found: Equatable {
        let hash: UInt64
        let place: KeyPlace
        /// The number of the bundle's file.
        let number: Int
        let epoch: Int
    }

    private var table = KeyTable()
    /// Those that others have replaced have left a free place.
    private var bundles: [Bundle?] = []
    private var positions: [Int: Int] = [:]

    var count: Int { table.count }
    var livingCount: Int { table.livingCount }
    /// What it takes in memory for the keys, bundles apart.
    var bytes: Int { table.bytes }

    /// The bundles of fewer keys than that, oldest first.
    func bundles(ofFewerThan keys: Int) -> [Int] {
        bundles.compactMap { $0 }.filter { $0.keys < keys }.map(\.number).sorted()
    }

    /// The number of keys that stand in a bundle.
    func count(in number: Int) -> Int { positions[number].flatMap { bundles[$0] }?.keys ?? 0 }

    func find(_ hash: UInt64) -> [Found] {
        switch table.find(hash) {
        case .none: []
        case .one(let place): [found(hash, place)].compactMap { $0 }
        case .several(let places): places.compactMap { found(hash, $0) }
        }
    }

    /// The same where only that is asked, and nothing of the bundle.
    func places(_ hash: UInt64) -> KeyTable.Found { table.find(hash) }

    /// How many keys are approached at once: few enough that the first is still near when the last is.
    static let approachedMax = 64

    /// What goes before looking for many, as ``KeyTable/approach(_:)`` says.
    mutating func approach(_ hashes: some Sequence<UInt64>) { table.approach(hashes) }

    /// Whether a key is still where it was found.
    func stands(_ found: Found) -> Bool {
        table.contains(found.hash, found.place) && bundles[found.place.bundle]?.number == found.number
    }

    /// Whether a record of a bundle counts: no newer bundle tells of its key.
    func stands(_ key: KeyOutline.Key, in number: Int) -> Bool {
        positions[number].map { table.contains(key.hash, key.place.inBundle($0)) } ?? false
    }

    mutating func reserve(_ keys: Int) { table.reserve(keys) }

    /// Takes in a bundle's keys.
    ///
    /// - Parameter isKnown: whether a newer bundle tells of a key whose hash is that of one that is known.
    /// - Returns: whether there were such ones.
    mutating func add(
        _ keys: [KeyOutline.Key],
        _ number: Int,
        epoch: Int,
        isKnown: (KeyOutline.Key, [Found]) throws -> Bool,
    ) rethrows -> Bool {
        let position = addBundle(number, epoch)
        var isStale = false
        for (place, key) in keys.enumerated() {
            if place.isMultiple(of: Self.approachedMax) {
                table.approach(keys[place...].prefix(Self.approachedMax).lazy.map(\.hash))
            }
            if case .none = table.find(key.hash) {
            } else if try isKnown(key, find(key.hash)) {
                isStale = true
                continue
            }
            table.insert(key.hash, key.place.inBundle(position))
            bundles[position]?.keys += 1
        }
        return isStale
    }

    /// Puts a bundle in the place of others that have its keys.
    mutating func replace(_ numbers: [Int], by keys: [KeyOutline.Key], _ number: Int, epoch: Int) {
        let old = Set(numbers.compactMap { positions[$0] })
        let position = addBundle(number, epoch)
        for key in keys {
            let place = key.place.inBundle(position)
            if !table.move(key.hash, to: place, from: { old.contains($0.bundle) }) { table.insert(key.hash, place) }
        }
        bundles[position]?.keys = keys.count
        for number in numbers { positions.removeValue(forKey: number).map { bundles[$0] = nil } }
    }

    private mutating func addBundle(_ number: Int, _ epoch: Int) -> Int {
        let position = bundles.firstIndex { $0 == nil } ?? bundles.endIndex
        if position == bundles.endIndex { bundles.append(nil) }
        bundles[position] = Bundle(number: number, epoch: epoch)
        positions[number] = position
        return position
    }

    private func found(_ hash: UInt64, _ place: KeyPlace) -> Found? {
        bundles[place.bundle].map { Found(hash: hash, place: place, number: $0.number, epoch: $0.epoch) }
    }
}

/// A bundle that was read through, and where its keys lie.
struct KeyOutline: Sendable {
    struct Key: Sendable {
        let hash: UInt64
        let place: KeyPlace
    }

    /// What the shortest records that are common take in a file.
    private static let recordBytesCommon = 128

    let epoch: Int
    let replaced: [Int]
    let keys: [Key]

    init(_ bytes: [UInt8], _ hash: KeyNameHash) throws(Malformed) {
        var keys: [Key] = []
        keys.reserveCapacity(bytes.count / Self.recordBytesCommon + 1)
        let bundle = try KeyBundle.read(bytes) { (reader) throws(Malformed) in
            let record = try KeyBundle.record(&reader, name: hash.of) { (reader) throws(Malformed) in
                try reader.passBase64URL()
            }
            guard record.bytes.count <= KeyPlace.recordBytesMax, record.bytes.lowerBound < KeyPlace.bytesMax else {
                throw Malformed("a key takes \(KeyPlace.recordBytesMax) bytes at most", at: record.bytes.lowerBound)
            }
            let place = KeyPlace(record.bytes, isDestroyed: record.wrapped == nil)
            keys.append(Key(hash: record.name, place: place))
        }
        (epoch, replaced) = (bundle.epoch, bundle.replaced)
        self.keys = keys
    }
}

/// The keyed hash that a key's name is found by: it differs from run to run, so nobody can choose names that collide.
struct KeyNameHash: Sendable {
    private let hash: SipHash24

    init() {
        // Swift draws the key of its own hashes at each start, and seeds are made of nothing else.
        let seeds = (1...2).map { number -> UInt64 in
            var hasher = Hasher()
            hasher.combine(number)
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
        hash = SipHash24(key: (seeds[0], seeds[1]))
    }

    func of(_ name: Span<UInt8>) -> UInt64 { hash.hash(name) }
    func of(_ name: String) -> UInt64 { hash.hash(Array(name.utf8)) }
}
