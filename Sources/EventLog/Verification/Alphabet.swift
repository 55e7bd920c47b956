/// Which letters may stand where, and what they are worth in base64url: tables asked once for each byte.
struct Alphabet {
    static let lower: UInt8 = 1
    static let upper: UInt8 = 2
    static let digit: UInt8 = 4
    static let underscore: UInt8 = 8
    static let hyphen: UInt8 = 16
    /// `.` and `/`.
    static let path: UInt8 = 32
    static let identifier = lower | upper | digit | underscore | hyphen

    private var kinds = [UInt8](repeating: 0, count: 256)
    private var values = [UInt8](repeating: 0xFF, count: 256)

    init() {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for (value, letter) in letters.enumerated() {
            values[Int(letter)] = UInt8(value)
            kinds[Int(letter)] =
                switch value {
                case 0..<26: Self.upper
                case 26..<52: Self.lower
                case 52..<62: Self.digit
                case 62: Self.hyphen
                default: Self.underscore
                }
        }
        kinds[Int(UInt8(ascii: "."))] = Self.path
        kinds[Int(UInt8(ascii: "/"))] = Self.path
    }

    @inline(__always)
    func isOne(_ byte: UInt8, of kinds: UInt8) -> Bool { self.kinds[Int(byte)] & kinds != 0 }

    /// The six bits of a letter of base64url; 255 for any other byte.
    @inline(__always)
    func value(_ byte: UInt8) -> UInt8 { values[Int(byte)] }

    func are(_ bytes: Span<UInt8>, _ range: Range<Int>, _ kinds: UInt8) -> Bool {
        var place = range.lowerBound
        while place < range.upperBound {
            guard isOne(bytes[place], of: kinds) else { return false }
            place += 1
        }
        return true
    }
}
