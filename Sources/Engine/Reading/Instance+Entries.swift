package import EventLog
import Storage
package import Wire

extension Instance {
    /// The stored bytes of an entry; `nil` past the end, and where retention removed it.
    package func storedEntry(at index: UInt64) throws -> [UInt8]? {
        try tables.environment.read { try tables.entry(index, $0) }
    }

    /// The first index recorded at a moment or after it; the size of the ledger when nothing was.
    package func firstIndex(notBefore moment: Instant) throws -> UInt64 {
        var (low, high) = (UInt64(0), status.size)
        while low < high {
            let middle = low + (high - low) / 2
            // Where retention removed lines, the next one that stands speaks for them.
            guard let next = try nextEntry(from: middle, to: high), next.recordedAt < moment else {
                high = middle
                continue
            }
            low = next.index + 1
        }
        return low
    }

    private func nextEntry(from start: UInt64, to end: UInt64) throws -> Entry? {
        var next = start
        while next < end {
            if let entry = try entry(at: next) { return entry }
            let lines = try tables.environment.read { try tables.page(from: next, to: end, $0) }
            for case .entry(_, let bytes) in lines { return try Entry(decoding: bytes) }
            next += UInt64(max(1, lines.count))
        }
        return nil
    }

    /// An entry's place in the tree of the last published checkpoint; `nil` when that does not cover it yet.
    package func proof(of index: UInt64) throws -> TransparencyProof? {
        guard let note = checkpoint, let size = try? Checkpoint(text: note.text).size, index < size else { return nil }
        let inclusion = try tables.environment.read { try tables.inclusion(of: index, in: size, $0) }
        return TransparencyProof(index: index, path: inclusion.path, note: note)
    }
}
