import Wire

/// When one resource was in a set: the entries at which it joined, left, joined again.
///
/// `length[1] ‖ identifier ‖ isCut[1] ‖ boundaries, each index[8]`. With an odd number of boundaries it is in the set
/// now. Whoever flips a status ten thousand times makes no row of ten thousand boundaries: the oldest go, two by two,
/// and what they said is then asked of the versions.
struct FacetRow {
    static let form = "length[1] identifier isCut[1] boundaries, each index[8]"
    static let boundariesMax = 64

    private(set) var bytes: [UInt8]
    private var identifierEnd: Int { 1 + Int(bytes[0]) }
    private var boundariesStart: Int { identifierEnd + 1 }
    private var boundaryCount: Int { (bytes.count - boundariesStart) / 8 }

    init(id: String) {
        bytes = [UInt8(id.utf8.count)] + Array(id.utf8) + [0]
    }

    /// Takes a row's value; nil when it is none of ours.
    ///
    /// Lists look at thousands of rows, so nothing is unpacked before it is asked for.
    init?(_ bytes: [UInt8]) {
        guard let length = bytes.first.map(Int.init), bytes.count >= length + 2, (bytes.count - length - 2) % 8 == 0
        else { return nil }
        self.bytes = bytes
    }

    /// The bytes of the identifier, which are its key in `current`.
    var id: ArraySlice<UInt8> { bytes[1..<identifierEnd] }

    var isMember: Bool { boundaryCount % 2 == 1 }

    /// Whether it was in the set after an entry; nil when that lies before what the row still knows.
    func wasMember(asOf index: UInt64) -> Bool? {
        if bytes[identifierEnd] != 0, index < boundary(0) { return nil }
        var passed = 0
        while passed < boundaryCount, boundary(passed) <= index { passed += 1 }
        return passed % 2 == 1
    }

    /// Joins or leaves at an entry.
    mutating func cross(at index: UInt64) {
        bytes += BigEndian.bytes(index)
        guard boundaryCount > Self.boundariesMax else { return }
        bytes.removeSubrange(boundariesStart..<(boundariesStart + 16))
        bytes[identifierEnd] = 1
    }

    /// Takes out the older half of the boundaries of a full row, for a row of its own; nothing of one that is not full.
    ///
    /// An even number goes, so what is left goes on as if it had been the whole.
    mutating func takeOlder() -> (first: UInt64, boundaries: [UInt8])? {
        guard boundaryCount >= Self.boundariesMax else { return nil }
        let first = boundary(0)
        let range = boundariesStart..<(boundariesStart + 8 * Self.boundariesMax / 2)
        let older = Array(bytes[range])
        bytes.removeSubrange(range)
        bytes[identifierEnd] = 1
        return (first, older)
    }

    /// Whether boundaries that stand in a row of their own leave it in the set after an entry.
    static func wasMember(asOf index: UInt64, within older: [UInt8]) -> Bool? {
        guard older.count % 8 == 0 else { return nil }
        let passed = stride(from: 0, to: older.count, by: 8).count { BigEndian.value(older, at: $0) <= index }
        return passed % 2 == 1
    }

    private func boundary(_ place: Int) -> UInt64 { BigEndian.value(bytes, at: boundariesStart + 8 * place) }
}
