import Wire

/// Random numbers that a printed seed brings back: SplitMix64.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Values of every kind, with texts from every corner of Unicode.
    mutating func json(depth: Int = 0) -> JSON {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 5), using: &self) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self))
        case 2: .integer(Int64.random(in: JSON.exactIntegers, using: &self))
        case 3: .integer(Int64.random(in: -20...20, using: &self))
        case 4: .string(text())
        case 5: .array((0..<Int.random(in: 0...4, using: &self)).map { _ in json(depth: depth + 1) })
        default: .object(members(depth: depth + 1))
        }
    }

    mutating func text() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...6, using: &self) {
            text.unicodeScalars.append(scalar())
        }
        return text
    }

    private mutating func members(depth: Int) -> Members {
        var members = Members()
        for _ in 0..<Int.random(in: 0...20, using: &self) {
            members[text()] = json(depth: depth)
        }
        return members
    }

    private mutating func scalar() -> Unicode.Scalar {
        let ranges: [ClosedRange<UInt32>] = [
            0x00...0x1F, 0x20...0x7F, 0x80...0x7FF, 0x300...0x36F, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
        ]
        let range = ranges[Int.random(in: 0..<ranges.count, using: &self)]
        return Unicode.Scalar(UInt32.random(in: range, using: &self)) ?? "?"
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }

    init(bytes: [UInt8]) {
        self = String(decoding: bytes, as: UTF8.self)
    }
}
