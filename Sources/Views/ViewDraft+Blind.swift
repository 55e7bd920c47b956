import Identity
import Storage
import Wire

// Rows that stand for what is sealed. They go when the data key goes, so that live views and rebuilt ones stay equal.
extension ViewDraft {
    /// A user is found by the e-mail address that was sealed last.
    func foldUser(_ entry: FoldedEntry) throws {
        let (_, user) = try fold(entry, User.self)
        guard let email = try entry.sealedText("email") else { return }
        try eraseRows(of: .emails, under: User.profileKey(user.id))
        put(.emails, store.blind.email(email.text) + Array(user.id.text.utf8), [], goingWith: email.key)
    }

    /// The term by which the audit finds entries from a network address.
    ///
    /// Each data key has its own term for an address, so that what is erased can be taken out whole.
    func addressTerm(_ entry: FoldedEntry) throws -> Term? {
        if let ip = entry.ip { return addressTerm(store.blind.address(ip), key: nil) }
        guard let sealed = try entry.sealedText("ip") else { return nil }
        return addressTerm(store.blind.address(sealed.text), key: sealed.key)
    }

    private func addressTerm(_ blind: [UInt8], key: String?) -> Term {
        let term = Term(address: blind, under: key)
        // A term that has entries in this draft has had its row since the first of them.
        if isKept(term) { return term }
        let row = blind + Array((key ?? "").utf8)
        if let key { put(.addresses, row, [], goingWith: key) } else { put(.addresses, row, []) }
        return term
    }

    private func put(_ table: ViewTable, _ key: [UInt8], _ value: [UInt8], goingWith dataKey: String) {
        put(table, key, value)
        put(.erasable, ViewKey.erasable(dataKey, table, key), [])
    }

    /// Before a data key is destroyed an entry says so: then the blind rows of what it sealed are nobody's any more.
    func foldErasure(_ entry: FoldedEntry) throws {
        guard entry.type == .dataKeyDestroyed, let key = entry.data["key"]?.text else { return }
        for address in try eraseRows(of: .addresses, under: key) {
            try eraseBlocks(of: Term(address: Array(address.prefix(BlindIndex.bytes)), under: key))
        }
        try eraseRows(of: .emails, under: key)
    }

    /// Takes out the blind rows of a table that stand for what a data key sealed, and returns their keys.
    @discardableResult
    private func eraseRows(of table: ViewTable, under dataKey: String) throws -> [[UInt8]] {
        let prefix = ViewKey.erasable(dataKey, table, [])
        var rows: [[UInt8]] = []
        try scan(.erasable, prefix: prefix) { key, _ in
            rows.append(Array(key.copied.dropFirst(prefix.count)))
            return true
        }
        for row in rows {
            delete(table, row)
            delete(.erasable, prefix + row)
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

extension Term {
    init(address blind: [UInt8], under dataKey: String?) {
        self.init(.address, Base64URL.encode(blind) + "/" + (dataKey ?? ""))
    }
}
