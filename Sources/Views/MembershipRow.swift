import Wire

/// When one resource was in a set: the entries at which it joined, left, joined again.
///
/// `length[1] ‖ identifier ‖ isCut[1] ‖ boundaries, each index[8]`. With an odd number of boundaries it is in the set now.
/// Whoever flips a status ten thousand times makes no row of ten thousand boundaries: the oldest go, two by two, and
/// what they said is then asked of the versions.
struct MembershipRow {
    static let boundariesMax = 64

    let id: String
    private(set) var isCut = false
    private var boundaries: [UInt64] = []

    init(id: String) { self.id = id }

    init?(_ bytes: [UInt8]) {
        guard let length = bytes.first.map(Int.init), bytes.count >= length + 2, (bytes.count - length - 2) % 8 == 0
        else { return nil }
        id = String(decoding: bytes[1...length], as: UTF8.self)
        isCut = bytes[length + 1] != 0
        for place in stride(from: length + 2, to: bytes.count, by: 8) {
            boundaries.append(BigEndian.value(bytes, at: place))
        }
    }

    var bytes: [UInt8] {
        var bytes = [UInt8(id.utf8.count)] + Array(id.utf8) + [isCut ? 1 : 0]
        for boundary in boundaries { bytes += BigEndian.bytes(boundary) }
        return bytes
    }

    var isMember: Bool { boundaries.count % 2 == 1 }

    /// Whether it was in the set after an entry; nil when that lies before what the row still knows.
    func wasMember(asOf index: UInt64) -> Bool? {
        if isCut, let oldest = boundaries.first, index < oldest { return nil }
        let passed = boundaries.count { $0 <= index }
        return passed % 2 == 1
    }

    /// Joins or leaves at an entry.
    mutating func cross(at index: UInt64) {
        boundaries.append(index)
        if boundaries.count > Self.boundariesMax {
            boundaries.removeFirst(2)
            isCut = true
        }
    }
}
