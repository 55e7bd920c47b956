import Wire

/// Up to 128 entries of a term in one row: the first index, the last, and the steps between them.
///
/// `count[1] ‖ first[8] ‖ last[8] ‖ steps`, each step in groups of 7 bits, the lowest first, the high bit set on all
/// but the last group. Every block but a term's last is full, so the n-th entry of a term stands at a known place,
/// totals are block numbers, and a token costs a few bytes instead of a row for each of its terms.
struct TermBlock {
    static let form = "count[1] first[8] last[8] steps in groups of 7 bits"
    static let entriesMax = 128
    private static let stepsStart = 17

    /// The row as it was made or read, with all steps; its count and its last index are kept beside it while it grows.
    private var row: [UInt8]
    private(set) var count: Int
    private(set) var last: UInt64

    init(first index: UInt64) {
        row = [1] + BigEndian.bytes(index) + BigEndian.bytes(index)
        count = 1
        last = index
    }

    /// Takes a row's value; nil when it is none of ours.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= TermBlock.stepsStart, (1...TermBlock.entriesMax).contains(Int(bytes[0]))
        else { return nil }
        row = bytes
        count = Int(bytes[0])
        last = BigEndian.value(bytes, at: 9)
    }

    var isFull: Bool { count == TermBlock.entriesMax }
    var first: UInt64 { BigEndian.value(row, at: 1) }

    var bytes: [UInt8] {
        var bytes = row
        bytes[0] = UInt8(count)
        for place in 0..<8 { bytes[9 + place] = UInt8(truncatingIfNeeded: last >> (56 - 8 * UInt64(place))) }
        return bytes
    }

    /// Adds an entry behind all others; one that is there already is not added again.
    mutating func append(_ index: UInt64) {
        var step = index - last
        if step == 0 { return }
        count += 1
        last = index
        while step >= 0x80 {
            row.append(UInt8(truncatingIfNeeded: step) | 0x80)
            step >>= 7
        }
        row.append(UInt8(truncatingIfNeeded: step))
    }

    /// All indexes, ascending; nil when the row does not hold together.
    var indexes: [UInt64]? {
        var indexes = [first]
        indexes.reserveCapacity(count)
        var (index, step, shift) = (first, UInt64(0), UInt64(0))
        for byte in row[TermBlock.stepsStart...] {
            guard shift < 64 else { return nil }
            step |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 != 0 { continue }
            let (sum, overflow) = index.addingReportingOverflow(step)
            if overflow || step == 0 { return nil }
            index = sum
            indexes.append(index)
            (step, shift) = (0, 0)
        }
        return indexes.count == count && index == last && shift == 0 ? indexes : nil
    }
}
