package import OpenSSL
package import Storage
import Wire

/// Whole commands in their order, as they become durable together.
package struct Run: Sendable {
    /// The index of its first entry.
    package let first: UInt64
    /// How many entries there are after it.
    package let size: UInt64
    /// The root of their tree.
    package let root: Digest
    /// Each with its segments, and the hashes that it completes.
    package let entries: [LedgerWriter.Prepared]
    /// What was made for it, wrapped: durable before the entries that need it.
    let keys: [KeyBundle.Record]
    /// What is shown to a client once, and again to who repeats the request.
    let answers: [KeyBundle.Record]
}

/// What became of a run.
package enum Appended {
    case durable(Run)
    /// Surely nothing of it was written: there was no free space, or no moment without long reads.
    case refused(StorageError)
    /// Whether it is there is found out by opening the ledger again.
    case unknown(any Error)

    /// - Throws: why it is not known to be durable.
    @discardableResult
    package func get() throws -> Run {
        switch self {
        case .durable(let run): return run
        case .refused(let fault): throw fault
        case .unknown(let error): throw error
        }
    }
}

extension LedgerTables {
    /// Makes the entries of a run durable in one synced transaction: nothing else writes a ledger.
    ///
    /// The heads of chains and streams follow from the entries.
    func write(_ run: Run) throws {
        var transaction = try environment.beginWrite()
        var (chains, streams): ([LedgerWriter.ChainKey: Head], [String: StreamHead]) = ([:], [:])
        for item in run.entries {
            let entry = item.entry
            let key = BigEndian.bytes(entry.index)
            switch entry.class {
            case .state: try transaction.append(state, key, item.bytes)
            case .activity: try transaction.append(activity, key, item.bytes)
            }
            try transaction.append(hashes, key, item.hashes)
            // Of what was erased the row may be gone, where it comes from elsewhere.
            for (ordinal, row) in item.segments.enumerated() where !row.isEmpty {
                try transaction.append(segments, LedgerTables.segmentKey(entry.index, ordinal), row)
            }
            // Of most entries nothing is to be recorded, and handing one on would copy it.
            if item.namesDataKeys { try recordDataKeys(of: entry, &transaction) }
            let chain = LedgerWriter.ChainKey(chain: entry.chain, class: entry.class)
            chains[chain] = Head(sequence: entry.sequence, index: entry.index, leaf: item.leaf)
            if let stream = entry.stream, let version = entry.version {
                streams[stream] = StreamHead(version: version, index: entry.index)
            }
        }
        for (key, head) in chains {
            try transaction.put(self.chains, LedgerTables.chainKey(key.chain, key.class), head.row)
        }
        for (stream, head) in streams { try transaction.put(self.streams, Array(stream.utf8), head.row) }
        CrashPoint.beforeCommit.pass()
        try transaction.commit()
        CrashPoint.afterCommit.pass()
    }
}
