/// Finds identifiers that occur twice among millions, in eight bytes for each.
///
/// Only the first half of each identifier is kept, sorted into heaps by its first byte so that each heap is searched
/// within a processor's cache. Halves that meet are suspicions; the caller looks at the whole identifiers.
///
/// Where there are more identifiers than it may keep, it keeps a share of them, half as large each time: those whose
/// mixed bits meet the turn's. What two entries share is then in it or out of it together, so a share finds its own
/// repetitions for certain, and another turn looks at another share.
package struct IdentifierCensus {
    /// Suspicions beyond these are not pursued: a thousand repetitions are as damning as a million.
    static let suspectsMax = 1_000

    private let countAllowed: Int
    private let turn: UInt64
    private var heaps = [[UInt64]](repeating: [], count: 256)
    private var count = 0
    /// The bits in which a half that is kept meets the turn: none at first.
    private var mask: UInt64 = 0

    /// How many identifiers are kept at most, and which ones of more.
    package struct Share: Sendable {
        package static let everything = Self(count: .max, turn: 0)

        package let count: Int
        /// Any number: another one chooses other identifiers.
        package let turn: UInt64

        package init(count: Int, turn: UInt64) {
            self.count = count
            self.turn = turn
        }
    }

    init(_ share: Share = .everything) {
        countAllowed = share.count
        turn = Self.mixed(share.turn)
    }

    mutating func add(_ id: UInt128) {
        let half = Self.half(id)
        guard (Self.mixed(half) ^ turn) & mask == 0 else { return }
        heaps[Int(half >> 56)].append(half)
        count += 1
        if count > countAllowed, mask != .max { thin() }
    }

    static func half(_ id: UInt128) -> UInt64 { UInt64(truncatingIfNeeded: id >> 64) }

    private mutating func thin() {
        mask = mask >> 1 | 1 << 63
        count = 0
        for number in heaps.indices {
            heaps[number].removeAll { [turn, mask] half in (Self.mixed(half) ^ turn) & mask != 0 }
            count += heaps[number].count
        }
    }

    /// The bits of a half are as random as their writer made them; multiplying spreads them to its upper ones.
    private static func mixed(_ half: UInt64) -> UInt64 { half &* 0x9E37_79B9_7F4A_7C15 }

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
            var place = Int(truncatingIfNeeded: mixed(half) >> 20) & (size - 1)
            while table[place] != 0, table[place] != half { place = (place + 1) & (size - 1) }
            if table[place] == half, suspects.count < suspectsMax { suspects.insert(half) }
            table[place] = half
        }
        if zeros > 1 { suspects.insert(0) }
    }
}
