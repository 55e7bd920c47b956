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
        return found.missing.isEmpty || !lookAgain() ? found : try difference(tables)
    }

    private func difference(_ tables: LedgerTables) throws -> Difference {
        let prefix = Array(KeyName.data("").utf8)
        var (found, name) = (Difference(), prefix)
        // None is changed meanwhile, so this is no copy.
        let places = state.withLock { $0.places }
        try tables.eachDataKey { key, use in
            name.removeLast(name.count - prefix.count)
            name.append(contentsOf: key.copied)
            let isDestroyed = use.destroyedAt != nil
            switch places.places(hash.of(name.span)) {
            // The one key of a hash is taken for the one that is meant: only where the two differ is its name read.
            case .one(let place) where place.isDestroyed || !isDestroyed: return
            case .none where isDestroyed: return
            case .none, .one, .several: break
            }
            let id = String(decoding: name, as: UTF8.self)
            if isDestroyed {
                if holds(id) { found.back.append(id) }
            } else if !holds(id), !self.isDestroyed(id) {
                found.missing.append((String(decoding: key.copied, as: UTF8.self), use))
            }
        }
        return found
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
