import Identity
import OpenSSL
import Views
import Wire

/// Just enough of a ledger: commands of entries in their order, the contents of their segments, and a clock.
struct Ledger {
    private(set) var commands: [[FoldedEntry]] = []
    private var versions: [String: UInt64] = [:]
    var now = Instant(seconds: 1_800_000_000)
    var size: UInt64 = 0
    private var drawn: UInt64 = 0

    /// Makes entries of events, as one command that is not yet written.
    ///
    /// - Parameter home: where the actor is at home.
    func entries(
        _ events: [Event],
        actor: String? = nil,
        home: Place? = nil,
        credential: String? = nil,
    ) -> [FoldedEntry] {
        var versions = versions
        return events.enumerated().map { offset, event in
            var entry = FoldedEntry(
                index: size + UInt64(offset),
                type: event.type,
                recordedAt: now,
                chain: event.chain.text
            )
            entry.result = event.result
            entry.actor = actor
            entry.actorHome = home?.text
            entry.credential = credential
            entry.stream = event.stream
            if event.type.isState, let stream = event.stream {
                versions[stream, default: 0] += 1
                entry.version = versions[stream]
            }
            entry.data = event.data
            entry.sealed = event.sealed.map { .init(key: $0.key, fields: $0.fields.entries.map(\.name)) }
            let sealed = event.sealed
            entry.open = { sealed.indices.contains($0) ? sealed[$0].fields : nil }
            entry.endsCommand = offset == events.count - 1
            return entry
        }
    }

    mutating func write(_ entries: [FoldedEntry]) {
        guard let last = entries.last else { return }
        commands.append(entries)
        size = last.index + 1
        now = now.adding(microseconds: 1)
        for entry in entries {
            if let stream = entry.stream, let version = entry.version { versions[stream] = version }
        }
    }

    var applied: ViewStore.Applied {
        .init(size: size, root: SHA256Hash.hash(BigEndian.bytes(size)))
    }

    /// An identifier that no other is equal to.
    mutating func id<K: Prefixed>() -> Identifier<K> {
        drawn += 1
        return Identifier(random: [UInt8](repeating: 0, count: 8) + BigEndian.bytes(drawn))
    }

    /// Folds everything from a size on into a store, some commands to a commit.
    func fold(into store: ViewStore, from size: UInt64 = 0, commandsPerCommit: Int = 50) throws {
        let rest = commands.filter { $0[0].index >= size }
        for start in stride(from: 0, to: rest.count, by: commandsPerCommit) {
            let transaction = try store.beginTransaction()
            let part = rest[start..<min(start + commandsPerCommit, rest.count)]
            for command in part {
                for entry in command { try transaction.fold(entry) }
                try transaction.accept()
            }
            let end = part.last?.last.map { $0.index + 1 } ?? 0
            try transaction.commit(applied: .init(size: end, root: SHA256Hash.hash(BigEndian.bytes(end))))
        }
    }
}

extension ViewStore {
    /// Writes one command and commits it.
    func write(_ ledger: inout Ledger, _ events: [Event], actor: String? = nil, credential: String? = nil) throws {
        try write(&ledger, ledger.entries(events, actor: actor, credential: credential))
    }

    func write(_ ledger: inout Ledger, _ entries: [FoldedEntry]) throws {
        let transaction = try beginTransaction()
        for entry in entries { try transaction.fold(entry) }
        try transaction.accept()
        ledger.write(entries)
        try transaction.commit(applied: ledger.applied)
    }

    /// Decides on the views as they are, then writes and commits what was decided.
    func decide(_ ledger: inout Ledger, _ decision: (ViewTransaction, inout Ledger) throws -> [Event]) throws {
        let transaction = try beginTransaction(heads: { .string($0.text) })
        let entries = ledger.entries(try decision(transaction, &ledger))
        for entry in entries { try transaction.fold(entry) }
        try transaction.accept()
        ledger.write(entries)
        try transaction.commit(applied: ledger.applied)
    }
}

extension Authority {
    static let everything = Authority([Scope.adminWrite], at: .platform)
}

extension Changes {
    static func create(_ body: Members) throws -> Changes { try Changes(body, for: .create) }
    static func update(_ body: Members) throws -> Changes { try Changes(body, for: .update) }
}
