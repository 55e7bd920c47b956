import Wire

// The key store and the ledger lie apart, so either may be older than the other when both are put back.
extension KeyStore {
    /// The data keys that entries sealed with and that are neither here nor destroyed, in the order of their bytes.
    ///
    /// Beside its owner the store looks again before it says so.
    package func missing(of uses: [String: LedgerTables.DataKeyUse]) -> [String] {
        let required = uses.filter { $0.value.destroyedAt == nil }.map(\.key)
        if required.contains(where: isUnknown) { lookAgain() }
        return required.filter(isUnknown).sorted { $0.bytesPrecede($1) }
    }

    private func isUnknown(_ key: String) -> Bool {
        let name = KeyName.data(key)
        return !holds(name) && !isDestroyed(name)
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
