/// Finds identifiers that occur twice among millions, in eight bytes for each.
///
/// Only the first half of each identifier is kept, sorted into heaps by its first byte so that each heap is searched
/// within a processor's cache. Halves that meet are suspicions; the caller looks at the whole identifiers.
struct IdentifierCensus {
    /// Suspicions beyond these are not pursued: a thousand repetitions are as damning as a million.
    static let suspectsMax = 1_000

    private var heaps = [[UInt64]](repeating: [], count: 256)

    mutating func add(_ id: UInt128) {
        let half = UInt64(truncatingIfNeeded: id >> 64)
        heaps[Int(half >> 56)].append(half)
    }

    static func half(_ id: UInt128) -> UInt64 { UInt64(truncatingIfNeeded: id >> 64) }

    /// The halves met more than once, and an end of the census.
    consuming func suspects() -> Set<UInt64> {
        var suspects: Set<UInt64> = []
        var table: [UInt64] = []
        for heap in heaps where suspects.count < Self.suspectsMax {
            Self.search(heap, &table, &suspects)
        }
        return suspects
    }

    private static func search(_ heap: [UInt64], _ table: inout [UInt64], _ suspects: inout Set<UInt64>) {
        var size = 16
        while size < heap.count * 2 { size *= 2 }
        // Zero marks a free place, so the half that is zero is counted apart.
        table.removeAll(keepingCapacity: true)
        table.append(contentsOf: repeatElement(0, count: size))
        var zeros = 0
        for half in heap {
            if half == 0 {
                zeros += 1
                continue
            }
            // The bits below the first byte are as random as their writer made them; multiplying spreads what is not.
            var place = Int(truncatingIfNeeded: (half &* 0x9E37_79B9_7F4A_7C15) >> 20) & (size - 1)
            while table[place] != 0, table[place] != half { place = (place + 1) & (size - 1) }
            if table[place] == half, suspects.count < suspectsMax { suspects.insert(half) }
            table[place] = half
        }
        if zeros > 1 { suspects.insert(0) }
    }
}
