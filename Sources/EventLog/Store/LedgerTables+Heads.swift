import OpenSSL
import Storage
import Wire

// A head is believed once it was compared with the entry that it speaks of: whoever can write the files could else make
// an entry follow the wrong one, which no verification would ever accept.
extension LedgerTables {
    /// The head of a chain whose entry is the one that it says.
    ///
    /// - Throws: `LedgerFault.damaged` where it is another, or none.
    func comparedHead(
        _ chain: String,
        _ class: Entry.Class,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> Head? {
        guard let head = try head(chain, `class`, reader) else { return nil }
        let fault = LedgerFault.damaged(index: head.index, "the stored head of the chain \(chain) is not this entry")
        guard try reader.contains(hashes, BigEndian.bytes(head.index)),
            try hash(level: 0, head.index, reader) == head.leaf
        else { throw fault }
        guard let bytes = try entry(head.index, reader) else {
            // What retention removed has left its hash, and state is never removed.
            guard `class` == .activity else { throw fault }
            return head
        }
        guard MerkleTree.leaf(bytes) == head.leaf, let entry = try? Entry(decoding: bytes),
            entry.chain.bytesEqual(chain), entry.class == `class`, entry.sequence == head.sequence
        else { throw fault }
        return head
    }

    /// The head of a stream whose entry is the one that it says.
    func comparedHead(
        of stream: String,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> StreamHead? {
        guard let head = try head(of: stream, reader) else { return nil }
        guard let bytes = try entry(head.index, reader), let entry = try? Entry(decoding: bytes),
            entry.stream.map({ $0.bytesEqual(stream) }) ?? false, entry.version == head.version
        else {
            throw LedgerFault.damaged(index: head.index, "the stored head of the stream \(stream) is not this entry")
        }
        return head
    }

    /// The uses of a data key, where the entries that it speaks of say the same.
    func comparedDataKeyUse(
        _ key: String,
        _ reader: borrowing some TableReader & ~Copyable,
    ) throws -> DataKeyUse? {
        guard let use = try dataKeyUse(key, reader) else { return nil }
        let fault = LedgerFault.damaged(
            index: use.first,
            "the stored uses of the data key \(key) are not those of entries"
        )
        if let bytes = try entry(use.first, reader) {
            guard let entry = try? Entry(decoding: bytes),
                entry.sealed.contains(where: { $0.key.bytesEqual(key) })
                    || entry.destroyedDataKey.map({ $0.bytesEqual(key) }) ?? false
            else { throw fault }
        }
        if let index = use.destroyedAt {
            guard let bytes = try entry(index, reader), let entry = try? Entry(decoding: bytes),
                entry.destroyedDataKey.map({ $0.bytesEqual(key) }) ?? false
            else { throw fault }
        }
        return use
    }
}
