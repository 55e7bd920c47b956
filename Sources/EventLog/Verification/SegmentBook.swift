import OpenSSL
import Wire

/// Sealed segments counted by their data keys: what was opened, what could not be, and what has no row.
///
/// Whether a missing row or key is an erasure or a loss is known at the end only, for the entry that announces the
/// destruction comes later; so one line is kept for each data key, and none for each segment.
struct SegmentBook {
    private struct Account {
        var unopened: UInt64 = 0
        var rowless: UInt64 = 0
        /// The first segments of each sort, to be named.
        var firstUnopened: UInt64?
        var firstRowless: UInt64?
        /// The entries that name the key, as the table of data keys must have them.
        var use: LedgerTables.DataKeyUse
        /// Asked for once: the key store looks for it among files.
        var isKeyMissing = false
    }

    private let keys: KeyStore?
    private let opens: Bool
    private var names = NameTable()
    private var accounts: [Account] = []
    private(set) var opened: UInt64 = 0
    /// From genesis; without it nothing opens.
    var ledgerID: [UInt8]?

    init(keys: KeyStore?, opens: Bool) {
        self.keys = keys
        self.opens = opens && keys.map { !$0.isSealed } ?? false
    }

    /// Whether the bytes of rows are needed.
    var readsRows: Bool { opens }

    private mutating func number(of key: Span<UInt8>, at index: UInt64) -> Int {
        let number = names.number(of: key)
        if number == accounts.count { accounts.append(Account(use: LedgerTables.DataKeyUse(first: index))) }
        return number
    }

    /// The data keys met so far, by number.
    var keyCount: Int { accounts.count }
    func keyName(_ number: Int) -> String { names.text(of: number) }
    func keyNumber(_ name: Span<UInt8>) -> Int? { names.find(name) }
    func use(_ number: Int) -> LedgerTables.DataKeyUse { accounts[number].use }

    /// Remembers the keys of an entry whose segments cannot be judged.
    mutating func learn(_ keys: [String], at index: UInt64) {
        for key in keys { _ = number(of: Array(key.utf8).span, at: index) }
    }

    mutating func destroy(_ key: String, at index: UInt64) {
        let number = number(of: Array(key.utf8).span, at: index)
        accounts[number].use.destroyedAt = accounts[number].use.destroyedAt ?? index
    }

    /// Compares the segments of an entry with their rows, which are in the order of their ordinals.
    mutating func admit(
        _ index: UInt64,
        _ facts: EntryFacts,
        _ bytes: Span<UInt8>,
        _ rows: ArraySlice<LedgerPage.SegmentRow>,
        _ report: inout Verification.Report,
    ) {
        var rows = rows
        for (ordinal, item) in facts.sealed.enumerated() {
            let number = number(of: bytes.extracting(item.key), at: index)
            if let destroyedAt = accounts[number].use.destroyedAt {
                report.add(index, "segment \(ordinal) is sealed under a key that entry \(destroyedAt) had destroyed")
            }
            guard let row = rows.first, row.ordinal == ordinal else {
                accounts[number].rowless += 1
                accounts[number].firstRowless = accounts[number].firstRowless ?? index
                continue
            }
            rows = rows.dropFirst()
            open(index, ordinal, item, bytes, row, number, &report)
        }
        if let row = rows.first { report.add(index, "there is a segment \(row.ordinal) that the entry does not have") }
    }

    private mutating func open(
        _ index: UInt64,
        _ ordinal: Int,
        _ item: EntryFacts.Sealed,
        _ bytes: Span<UInt8>,
        _ row: LedgerPage.SegmentRow,
        _ number: Int,
        _ report: inout Verification.Report,
    ) {
        let dataKey: [UInt8]?
        do {
            dataKey = opens ? try key(number) : nil
        } catch {
            report.add(index, "segment \(ordinal) cannot be opened: \(error)")
            return
        }
        guard let ledgerID, let dataKey else {
            accounts[number].unopened += 1
            accounts[number].firstUnopened = accounts[number].firstUnopened ?? index
            return
        }
        let subject = String(decoding: EntryScanner.copy(bytes.extracting(item.subject)), as: UTF8.self)
        let plaintext = Segment.open(
            row.bytes,
            subject: subject,
            commitment: item.commitment,
            ledger: ledgerID,
            dataKey: dataKey
        )
        guard let plaintext, plaintext.count <= Segment.plaintextBytesMax else {
            report.add(index, "segment \(ordinal) does not open as what the entry committed to")
            return
        }
        let names = Segment.fields(plaintext).map { JSON.array($0.map { .string($0.name) }).canonical }
        guard names == EntryScanner.copy(bytes.extracting(item.fields)) else {
            report.add(index, "segment \(ordinal) does not have the fields that the entry names")
            return
        }
        opened += 1
    }

    /// The key store remembers those in use; to keep each here would hold every key of the ledger in memory.
    private mutating func key(_ number: Int) throws -> [UInt8]? {
        guard !accounts[number].isKeyMissing else { return nil }
        let key = try keys?.key(KeyName.data(names.text(of: number)))
        accounts[number].isKeyMissing = key == nil
        return key
    }

    func finish(_ report: inout Verification.Report) {
        report.opened = opened
        for (number, account) in accounts.enumerated() {
            let name = names.text(of: number)
            let isErased = account.use.destroyedAt != nil || keys?.isDestroyed(KeyName.data(name)) ?? false
            if isErased {
                report.erased += account.unopened + account.rowless
                continue
            }
            if let index = account.firstRowless {
                report.add(index, "\(account.rowless) segments under the key \(name) are gone, and nothing erased them")
            }
            if opens, let index = account.firstUnopened {
                report.add(index, "the key store does not have the key \(name), and nothing destroyed it")
            } else {
                report.sealed += account.unopened
            }
        }
    }
}
