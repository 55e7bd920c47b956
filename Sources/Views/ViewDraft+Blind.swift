import Identity
import Storage
import Wire

// Rows that stand for what is sealed. They go when the data key goes, so that live views and rebuilt ones stay equal.
extension ViewDraft {
    /// The term by which the audit finds entries from a network address.
    ///
    /// Each data key has its own term for an address, so that what is erased can be taken out whole.
    func addressTerm(_ entry: FoldedEntry) throws -> Term? {
        if let ip = entry.ip { return addressTerm(clearAddress(ip), key: nil) }
        guard let sealed = try entry.sealedText("ip") else { return nil }
        return addressTerm(BlindAddress(blindAddress(sealed.text), under: sealed.key), key: sealed.key)
    }

    private func clearAddress(_ ip: String) -> BlindAddress {
        if let latestAddress, latestAddress.ip == ip { return latestAddress.address }
        let address = clearAddresses[ip] ?? BlindAddress(store.blind.address(ip), under: nil)
        clearAddresses[ip] = address
        latestAddress = (ip, address)
        return address
    }

    /// Services ask from few addresses, and hashing one costs as much as all the other terms together.
    private func blindAddress(_ ip: String) -> [UInt8] {
        if let known = blindAddresses[ip] { return known }
        let blind = store.blind.address(ip)
        blindAddresses[ip] = blind
        return blind
    }

    private func addressTerm(_ address: BlindAddress, key: String?) -> Term {
        // A term that has entries in this draft has had its row since the first of them.
        if isKept(address.term) { return address.term }
        let row = address.blind + Array((key ?? "").utf8)
        put(.addresses, row, [])
        if let key { put(.erasableAddresses, ViewKey.erasable(key) + row, []) }
        return address.term
    }

    /// Before a data key is destroyed an entry says so: then the blind rows of what it sealed are nobody's any more.
    func eraseTexts(_ entry: FoldedEntry) throws {
        guard let key = entry.destroyedKey else { return }
        try eraseRows(of: .texts, under: key, in: .erasable)
    }

    /// The same for the addresses, and the terms by which the audit finds their entries.
    func eraseAddresses(_ entry: FoldedEntry) throws {
        guard let key = entry.destroyedKey else { return }
        for address in try eraseRows(of: .addresses, under: key, in: .erasableAddresses) {
            try eraseBlocks(of: BlindAddress(Array(address.prefix(BlindIndex.bytes)), under: key).term)
        }
    }

    /// Takes out the blind rows of a table that stand for what a data key sealed, and returns their keys.
    @discardableResult
    private func eraseRows(
        of table: ViewTable,
        under dataKey: String,
        in erasable: ViewTable,
    ) throws -> [[UInt8]] {
        let prefix = ViewKey.erasable(dataKey)
        var rows: [[UInt8]] = []
        try scan(erasable, prefix: prefix) { key, _ in
            rows.append(Array(key.copied.dropFirst(prefix.count)))
            return true
        }
        for row in rows {
            delete(table, row)
            delete(erasable, prefix + row)
        }
        return rows
    }

    private func eraseBlocks(of term: Term) throws {
        var blocks: [[UInt8]] = []
        try scan(.terms, prefix: term.prefix) { key, _ in
            blocks.append(key.copied)
            return true
        }
        for block in blocks { delete(.terms, block) }
    }
}

extension FoldedEntry {
    private static let dataKeyDestroyed = DataKeySubject.entry(.destroyed)

    /// The data key that is destroyed after this entry.
    fileprivate var destroyedKey: String? { type == Self.dataKeyDestroyed ? data["key"]?.text : nil }
}

/// A network address as views know it: its keyed hash, and the term of its entries under one data key or in clear.
struct BlindAddress {
    let blind: [UInt8]
    let term: Term

    init(_ blind: [UInt8], under dataKey: String?) {
        self.blind = blind
        term = Term(.address, Base64URL.encode(blind) + "/" + (dataKey ?? ""))
    }
}
