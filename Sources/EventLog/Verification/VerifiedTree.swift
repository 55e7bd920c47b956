import OpenSSL

/// The tree grown again from the entries' bytes, each completed hash compared with the stored one.
///
/// A leaf that is wrong makes every hash above it differ; those are not reported again.
struct VerifiedTree {
    private(set) var range = CompactRange()
    private var completed: [Digest] = []
    /// A bit for each level of the edge whose node stands over a wrong leaf.
    private var suspects: UInt64 = 0

    var size: UInt64 { range.size }

    /// - Parameters:
    ///   - stored: the row of this leaf; empty when there is none.
    ///   - isSound: whether the leaf itself is the stored one.
    /// - Returns: whether the row is what follows from this leaf and those before.
    mutating func append(_ leaf: Digest, isSound: Bool, stored: Span<UInt8>) -> Bool {
        range.append(leaf, completing: &completed)
        var isSuspect = !isSound
        var matches = stored.count == completed.count * Digest.count
        for level in completed.indices {
            if level > 0 {
                isSuspect = isSuspect || suspects & 1 << UInt64(level - 1) != 0
                suspects &= ~(1 << UInt64(level - 1))
            }
            guard !isSuspect, matches else { continue }
            let place = level * Digest.count
            matches = Digest(stored.extracting(place..<(place + Digest.count))) == completed[level]
        }
        if isSuspect { suspects |= 1 << UInt64(completed.count - 1) }
        return matches
    }

    /// Goes on behind a gap: what lies before it can no longer be known.
    mutating func skip(to size: UInt64) {
        range = CompactRange(size: size, nodes: Array(repeating: .zero, count: size.nonzeroBitCount))
        suspects = size
    }
}
