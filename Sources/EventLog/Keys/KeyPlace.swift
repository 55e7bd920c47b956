/// Where one key lies, in eight bytes: a bundle, by its position in memory, and the bytes of its file.
struct KeyPlace: Equatable, Sendable {
    /// A bundle is a small file, so 24 bits tell where in it a record begins.
    static let bytesMax = 1 << 24
    /// The longest record: a signing key takes some two thousand.
    static let recordBytesMax = 65_535
    static let bundlesMax = 1 << 23

    /// No record is empty.
    static let none = KeyPlace(bits: 0)

    private let bits: UInt64

    private init(bits: UInt64) { self.bits = bits }

    /// - Parameter bytes: where its record lies within the file.
    init(_ bytes: Range<Int>, isDestroyed: Bool, bundle: Int = 0) {
        precondition(bytes.lowerBound < Self.bytesMax, "a bundle is a small file")
        precondition(
            (1...Self.recordBytesMax).contains(bytes.count),
            "a record is as long as its reader found it to be"
        )
        precondition(bundle < Self.bundlesMax, "a bundle is merged before there are more")
        bits =
            UInt64(bytes.count) | UInt64(bytes.lowerBound) << 16 | (isDestroyed ? 1 << 40 : 0) | UInt64(bundle) << 41
    }

    var bytes: Range<Int> {
        let start = Int(bits >> 16 & 0xFF_FFFF)
        return start..<start + Int(bits & 0xFFFF)
    }

    /// Whether a tombstone lies there.
    var isDestroyed: Bool { bits >> 40 & 1 == 1 }
    var bundle: Int { Int(bits >> 41) }

    func inBundle(_ bundle: Int) -> KeyPlace { KeyPlace(bytes, isDestroyed: isDestroyed, bundle: bundle) }
}
