import Wire

// The key store and the ledger lie apart, so either may be older than the other when both are put back.
extension KeyStore {
    /// The data keys that entries sealed with and that are neither here nor destroyed, in the order of their bytes.
    package func missing(of uses: [String: LedgerTables.DataKeyUse]) -> [String] {
        uses.compactMap { key, use in
            let name = KeyName.data(key)
            return use.destroyedAt == nil && !holds(name) && !isDestroyed(name) ? key : nil
        }.sorted { $0.bytesPrecede($1) }
    }

    /// Destroys what entries say is destroyed and is here all the same, as in a store put back from an older copy.
    ///
    /// - Returns: how many keys that were.
    package func destroyAgain(_ uses: [String: LedgerTables.DataKeyUse]) throws -> Int {
        let back = uses.filter { $0.value.destroyedAt != nil }.map { KeyName.data($0.key) }.filter { holds($0) }
        for name in back { try destroy(name) }
        return back.count
    }
}
