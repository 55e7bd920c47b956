import Identity
import Storage
import Wire

extension ViewTransaction {
    /// Remembers of the entry that this one undoes, that it did.
    func foldUndoing(_ entry: FoldedEntry) throws {
        guard let undone = entry.compensates else { return }
        guard undone < entry.index else { throw try entry.event().poison("it undoes an entry that is yet to come") }
        put(.undone, BigEndian.bytes(undone) + BigEndian.bytes(~entry.index), [])
    }
}

extension RowReader {
    /// The newest entry, up to this reader's position, that undid another one; nil where none did.
    package func undoing(of index: UInt64) throws -> UInt64? {
        let prefix = BigEndian.bytes(index)
        let start = prefix + BigEndian.bytes(~(position ?? .max))
        let found = try nearest(.undone, to: start, .forward, prefix: prefix, suffixBytes: ViewKey.indexBytes)
        return found.map { ~BigEndian.value($0.key, at: prefix.count) }
    }
}
