import Storage
import Synchronization
import Wire

// The key store and the ledger lie apart, so either may be older than the other when both are put back.
extension KeyStore {
    /// What the key store and the entries of a ledger say differently of its data keys.
    package struct Difference: Sendable {
        /// Keys that entries sealed with and that are neither here nor destroyed, in the order of their bytes.
        package fileprivate(set) var missing: [(key: String, use: LedgerTables.DataKeyUse)] = []
        /// The names in the key store of what entries say is destroyed and is here all the same, as in a store put back
        /// from an older copy.
        package fileprivate(set) var back: [String] = []
    }

    /// Compares the data keys that entries name with those that are here.
    ///
    /// Beside its owner the store looks again before it says that one is missing.
    package func difference(from tables: LedgerTables) throws -> Difference {
        let found = try difference(tables)
        return found.missing.isEmpty || !readAgain() ? found : try difference(tables)
    }

    private func difference(_ tables: LedgerTables) throws -> Difference {
        var (found, names) = (Difference(), DataKeyNames())
        // None is changed meanwhile, so this is no copy.
        var places = state.withLock { $0.places }
        try tables.eachDataKey { key, use in
            names.append(key, use, hash)
            if names.isFull { compare(&names, &places, &found) }
        }
        compare(&names, &places, &found)
        return found
    }

    private func compare(_ names: inout DataKeyNames, _ places: inout KeyPlaces, _ found: inout Difference) {
        places.approach(names.hashes)
        for (number, hash) in names.hashes.enumerated() {
            let use = names.uses[number]
            let isDestroyed = use.destroyedAt != nil
            switch places.places(hash) {
            // The one key of a hash is taken for the one that is meant: only where the two differ is its name read.
            case .one(let place) where place.isDestroyed || !isDestroyed: continue
            case .none where isDestroyed: continue
            case .none, .one, .several: break
            }
            let key = names.key(number)
            let id = KeyName.data(key)
            if isDestroyed {
                if holds(id) { found.back.append(id) }
            } else if !holds(id), !self.isDestroyed(id) {
                found.missing.append((key, use))
            }
        }
        names.removeAll()
    }

    /// Takes keys out of use that entries have destroyed: none of them opens anything from here on; their bytes lie
    /// there until they are destroyed.
    package func condemn(_ names: [String]) {
        state.withLock { $0.condemned.formUnion(names) }
        for name in names { forget(name) }
    }

    package func destroy(_ names: [String]) throws {
        for name in names { try destroy(name) }
    }
}

/// Some data keys that a ledger names, in the order in which it does, to be looked for together.
private struct DataKeyNames {
    private static let prefix = Array(KeyName.data("").utf8)

    private(set) var hashes: [UInt64] = []
    private(set) var uses: [LedgerTables.DataKeyUse] = []
    /// The names as the key store has them, one behind the other, and where each of them ends.
    private var letters: [UInt8] = []
    private var ends: [Int] = []

    var isFull: Bool { hashes.count == KeyPlaces.approachedMax }

    mutating func append(_ key: Span<UInt8>, _ use: LedgerTables.DataKeyUse, _ hash: KeyNameHash) {
        let start = letters.count
        letters.append(contentsOf: Self.prefix)
        letters.append(copying: key)
        hashes.append(hash.of(letters.span.extracting(start...)))
        uses.append(use)
        ends.append(letters.count)
    }

    /// The name of one as entries have it.
    func key(_ number: Int) -> String {
        let start = number == 0 ? 0 : ends[number - 1]
        return String(decoding: letters[start + Self.prefix.count..<ends[number]], as: UTF8.self)
    }

    mutating func removeAll() {
        hashes.removeAll(keepingCapacity: true)
        uses.removeAll(keepingCapacity: true)
        letters.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}
