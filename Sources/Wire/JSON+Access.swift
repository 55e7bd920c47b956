/// What a value is, asked by kind: each answer is nil when the value is of another kind.
extension JSON {
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The integer that this is by its value, as JSON Schema has it: `3600`, and somebody else's `3600.0` or `3.6e3`.
    package var number: Int64? {
        switch self {
        case .integer(let number): number
        case .decimal(let text): Self.whole(text)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// More digits than an exact integer has mean another number.
    private static let wholeDigitsMax = 16

    /// The exact integer that a number's text means; nil where it has a fraction, or is none of ``exactIntegers``.
    private static func whole(_ text: String) -> Int64? {
        let parts = text.utf8.split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
        }
        guard let mantissa = parts.first, let exponent = parts.count == 1 ? 0 : Int(String(parts[1]) ?? "") else {
            return nil
        }
        let isNegative = mantissa.first == UInt8(ascii: "-")
        let halves = mantissa.dropFirst(isNegative ? 1 : 0).split(separator: UInt8(ascii: "."))
        let fraction: [UInt8] = halves.count > 1 ? Array(halves[1]) : []
        // All digits as one number, and how many zeros to add behind them, or to find there.
        let written: [UInt8] = halves.first.map { Array($0) } ?? []
        var digits = Array((written + fraction).drop { $0 == UInt8(ascii: "0") })
        guard !digits.isEmpty else { return 0 }
        var zeros = exponent - fraction.count
        while zeros < 0, digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            zeros += 1
        }
        guard zeros >= 0, zeros <= wholeDigitsMax, digits.count + zeros <= wholeDigitsMax else { return nil }
        digits += [UInt8](repeating: UInt8(ascii: "0"), count: zeros)
        var value: Int64 = 0
        for digit in digits { value = value * 10 + Int64(digit - UInt8(ascii: "0")) }
        return exactIntegers.contains(value) ? (isNegative ? -value : value) : nil
    }

    package var flag: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    package var items: [JSON]? {
        if case .array(let items) = self { items } else { nil }
    }

    package var members: Members? {
        if case .object(let members) = self { members } else { nil }
    }

    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The member of that name, when this is an object that has it.
    package subscript(_ name: String) -> JSON? {
        members?[name]
    }
}
