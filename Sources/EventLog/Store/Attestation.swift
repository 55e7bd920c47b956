package import OpenSSL
package import Storage
import Wire

/// A commitment to the head of every chain, so that an export of one chain can be shown to be complete.
package struct Attestation: Sendable, Equatable {
    package let at: UInt64
    package let count: UInt64
    package let root: Digest

    package init(at: UInt64, heads: [(chain: String, class: Entry.Class, head: LedgerTables.Head)]) {
        let lines = heads.map { item in
            Array(
                "\(item.chain)\n\(item.class.rawValue)\n\(item.head.sequence)\n\(Base64URL.encode(item.head.leaf.bytes))\n"
                    .utf8
            )
        }.sorted { $0.lexicographicallyPrecedes($1) }
        self.at = at
        count = UInt64(lines.count)
        root = MerkleTree.root(of: lines.map(MerkleTree.leaf))
    }

    /// The heads as they are on disk.
    ///
    /// Asked on the writer's thread. The entry is a command of its own, so nothing may be prepared before it.
    package init(of tables: LedgerTables) throws {
        let (size, heads) = try tables.environment.readAtLength(hasReserve: true) { reader in
            (try tables.size(reader), try tables.heads(reader))
        }
        self.init(at: size, heads: heads)
    }

    package var pendingEntry: PendingEntry {
        PendingEntry(
            type: "chains.attested",
            class: .state,
            data: [
                "at": .integer(Int64(at)), "count": .integer(Int64(count)),
                "root": .string(Base64URL.encode(root.bytes)),
            ]
        )
    }
}

extension LedgerTables {
    /// The last entry of every (chain, class).
    package func heads(
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> [(chain: String, class: Entry.Class, head: Head)] {
        var heads: [(chain: String, class: Entry.Class, head: Head)] = []
        try reader.scan(chains, from: nil, .forward) { key, row in
            let parts = key.copied.split(separator: 0, maxSplits: 1)
            guard parts.count == 2, let head = Head(row: row.copied),
                let place = Entry.Class(rawValue: String(decoding: parts[1], as: UTF8.self))
            else { throw LedgerFault.damaged(index: nil, "a row of the table of chain heads") }
            heads.append((String(decoding: parts[0], as: UTF8.self), place, head))
            return true
        }
        return heads
    }
}
