import Synchronization
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

    /// Takes out of use what entries say is destroyed and is here all the same, as in a store put back from an older
    /// copy.
    ///
    /// None of them opens anything from here on; their bytes lie there until they are destroyed.
    ///
    /// - Returns: their names.
    package func condemn(_ uses: [String: LedgerTables.DataKeyUse]) -> [String] {
        let back = uses.filter { $0.value.destroyedAt != nil }.map { KeyName.data($0.key) }.filter { holds($0) }
        state.withLock { $0.condemned.formUnion(back) }
        return back
    }

    package func destroy(_ names: [String]) throws {
        for name in names { try destroy(name) }
    }
}
