import Identity
import Storage
import Wire

// Rows that stand for what is sealed. They go when the data key goes, so that live views and rebuilt ones stay equal.
extension ViewTransaction {
    /// The term by which the audit finds entries from a network address.
    ///
    /// Each data key has its own term for an address, so that what is erased can be taken out whole.
    func addressTerm(_ entry: FoldedEntry) throws -> Term? {
        if let ip = entry.ip { return addressTerm(clearAddress(ip), key: nil) }
        guard let sealed = try entry.sealedValue("ip"), let ip = sealed.value.text else { return nil }
        return addressTerm(BlindAddress(blindAddress(ip), under: sealed.key), key: sealed.key)
    }

    /// The term by which the audit finds what somebody did: blind where the entry seals who it was.
    func actorTerm(_ actor: KnownActor) -> Term {
        guard let sealed = actor.sealed else { return Term(.actor, actor.id) }
        let blind = store.blind.actor(actor.id)
        put(.actors, blind + Array(sealed.key.utf8), Array(sealed.home.utf8), goingWith: sealed.key)
        return Term(.actor, blind: blind, under: sealed.key)
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
        // A term that has entries in this transaction has had its row since the first of them.
        if hasAcceptedEntries(of: address.term) { return address.term }
        put(.addresses, address.blind + Array((key ?? "").utf8), [], goingWith: key)
        return address.term
    }

    /// - Parameter dataKey: what the row goes with, when it comes from something sealed.
    func put(_ table: ViewTable, _ key: [UInt8], _ value: [UInt8], goingWith dataKey: String?) {
        put(table, key, value)
        if let dataKey { put(table.part.erasable, ViewKey.erasable(dataKey, table, key), []) }
    }

    func delete(_ table: ViewTable, _ key: [UInt8], goingWith dataKey: String?) {
        delete(table, key)
        if let dataKey { delete(table.part.erasable, ViewKey.erasable(dataKey, table, key)) }
    }

    /// Before a data key is destroyed an entry says so: then the rows of what it sealed are nobody's any more.
    func eraseRows(_ entry: FoldedEntry) throws {
        guard let key = entry.destroyedKey else { return }
        for table in [ViewTable.texts, .idempotency, .ends] { try eraseRows(of: table, under: key) }
    }

    /// The same for the terms by which the audit finds entries.
    func eraseTerms(_ entry: FoldedEntry) throws {
        guard let key = entry.destroyedKey else { return }
        for address in try eraseRows(of: .addresses, under: key) {
            try eraseBlocks(of: BlindAddress(Array(address.prefix(BlindIndex.bytes)), under: key).term)
        }
        for actor in try eraseRows(of: .actors, under: key) {
            try eraseBlocks(of: Term(.actor, blind: Array(actor.prefix(BlindIndex.bytes)), under: key))
        }
    }

    /// Takes out the blind rows of a table that stand for what a data key sealed, and returns their keys.
    @discardableResult
    private func eraseRows(of table: ViewTable, under dataKey: String) throws -> [[UInt8]] {
        let prefix = ViewKey.erasable(dataKey, table, [])
        var rows: [[UInt8]] = []
        try scan(table.part.erasable, prefix: prefix) { key, _ in
            rows.append(Array(key.copied.dropFirst(prefix.count)))
            return true
        }
        for row in rows { delete(table, row, goingWith: dataKey) }
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
        term = Term(.address, blind: blind, under: dataKey ?? "")
    }
}
