package import OpenSSL
package import Wire

extension LedgerWriter {
    /// An entry that has its place, with the bytes that will be stored.
    ///
    /// It is handed on from step to step, and an entry is large: copying it would cost more than hashing it.
    package final class Prepared: Sendable {
        package let entry: Entry
        package let bytes: [UInt8]
        package let leaf: Digest
        /// The row of `hashes`: what this leaf completes in the tree.
        let hashes: [UInt8]
        let segments: [[UInt8]]
        /// What is in the sealed segments, by their ordinals: nothing that was just sealed has to be opened.
        package let fields: [Members]
        /// Whether the table of data keys hears of it: the first entry of all begins the table.
        let namesDataKeys: Bool

        init(
            entry: consuming Entry,
            bytes: [UInt8],
            leaf: Digest,
            hashes: [UInt8],
            segments: [[UInt8]],
            fields: [Members],
        ) {
            // Asked before the entry goes where it stays: so it is moved there, not copied.
            namesDataKeys = entry.index == 0 || !entry.sealed.isEmpty || entry.destroyedDataKey != nil
            self.entry = entry
            self.bytes = bytes
            self.leaf = leaf
            self.hashes = hashes
            self.segments = segments
            self.fields = fields
        }
    }
}
