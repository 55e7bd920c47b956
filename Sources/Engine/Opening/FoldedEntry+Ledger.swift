package import EventLog
import Identity
import Storage
package import Views
import Wire

// From the ledger's entry to what the views fold. The writer and a rebuild use the same function, so the rows they make
// cannot differ.
extension FoldedEntry {
    package init(_ prepared: LedgerWriter.Prepared) throws {
        try self.init(prepared.entry)
        // Most entries seal nothing, and a closure would hold a copy of the whole entry for each.
        guard !prepared.fields.isEmpty else { return }
        open = { ordinal in prepared.fields[ordinal] }
    }

    /// Whether what stands in `data` matters to views: not where an entry tells only that something happened.
    static func isDataRead(type: String) -> Bool { EntryType.named(type).map { $0.effect != .happens } ?? true }

    /// The entry alone, its sealed segments closed.
    ///
    /// - Throws: `Poison` for a type or schema that this version does not know: it may not be skipped over.
    package init(_ entry: borrowing Entry) throws {
        guard let type = EntryType.named(entry.type, schema: entry.schema) else {
            throw Poison(index: entry.index, type: entry.type, reason: "this version does not know it")
        }
        var folded = FoldedEntry(index: entry.index, type: type, recordedAt: entry.recordedAt, chain: entry.chain)
        folded.id = entry.id
        folded.result = Event.Result(entry.result)
        folded.actor = entry.actor.id
        folded.actorHome = entry.actor.kind == .system ? Place.platform.text : entry.actor.home
        folded.credential = entry.actor.credential
        folded.stream = entry.stream
        folded.version = entry.version
        folded.data = entry.data
        folded.compensates = entry.compensates
        folded.sealed = entry.sealed.map { Sealed(key: $0.key, fields: $0.fields) }
        folded.ip = entry.request?.ip
        folded.idempotency = entry.request?.idempotency.map {
            Idempotency(key: $0.key.mac, fingerprint: $0.fingerprint.mac)
        }
        folded.endsCommand = entry.batch.map { $0.position == $0.count } ?? true
        self = folded
    }

    /// An entry as it stands on disk, its segments opened where the keys are at hand.
    ///
    /// - Parameter onSealed: called when one cannot be.
    init(
        stored entry: borrowing Entry,
        tables: LedgerTables,
        ledger: [UInt8],
        keys: KeyStore,
        onSealed: @escaping () -> Void = {},
    ) throws {
        try self.init(entry)
        open = { [index = entry.index, sealed = entry.sealed] ordinal in
            guard sealed.indices.contains(ordinal),
                let row = try tables.environment.read({ try tables.segment(index, ordinal, $0) })
            else { return nil }
            let fields = try keys.open(row, as: sealed[ordinal], ledger: ledger)
            if fields == nil { onSealed() }
            return fields
        }
    }
}

extension ViewTransaction {
    /// Folds whole commands, each kept as it ends.
    func fold(_ run: Run) throws {
        for item in run.entries { try foldAccepting(FoldedEntry(item)) }
    }

    /// Folds an entry, and keeps the command that it ends.
    ///
    /// - Returns: whether it ends one.
    @discardableResult
    func foldAccepting(_ entry: FoldedEntry) throws -> Bool {
        try fold(entry)
        if entry.endsCommand { try accept() }
        return entry.endsCommand
    }
}

extension Event.Result {
    init(_ result: Entry.Result) {
        switch result {
        case .ok: self = .ok
        case .denied: self = .denied
        case .failed: self = .failed
        }
    }
}
