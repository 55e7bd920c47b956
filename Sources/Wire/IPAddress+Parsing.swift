/// Addresses read from text: RFC 4291 §2.2 in any of its spellings, and four plain decimals.
extension IPAddress {
    /// The longest text an address has: eight groups, the last two in dotted decimal.
    private static let textBytesMax = 45

    /// The address written so, or nil.
    ///
    /// Zones (`fe80::1%eth0`) are refused: they mean something on one machine only. So are octal and shortened IPv4
    /// addresses, which programs read differently.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.textBytesMax else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = Self.v6(bytes) else { return nil }
            self = .v6(bits)
        } else {
            guard let bits = Self.v4(bytes[...]) else { return nil }
            self = .v4(bits)
        }
    }

    private static func v4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard let byte = octet(part) else { return nil }
            bits = bits << 8 | byte
        }
        return bits
    }

    private static func octet(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard (1...3).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var value: UInt32 = 0
        for digit in text {
            guard digit.isDigit else { return nil }
            value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
        }
        return value <= 0xFF ? value : nil
    }

    private static func v6(_ text: [UInt8]) -> UInt128? {
        guard let gap = doubleColon(text) else { return groups(text[...]).flatMap { $0.count == 8 ? join($0) : nil } }
        // A second `::` leaves an empty group behind, which `groups` refuses.
        guard let before = groups(text[..<gap], mayEndDotted: false), let after = groups(text[(gap + 2)...]) else {
            return nil
        }
        // RFC 4291 §2.2: "::" indicates one or more groups of zeros.
        guard before.count + after.count < 8 else { return nil }
        return join(before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after)
    }

    private static func doubleColon(_ text: [UInt8]) -> Int? {
        text.indices.dropLast().first { text[$0] == UInt8(ascii: ":") && text[$0 + 1] == UInt8(ascii: ":") }
    }

    private static func groups(_ text: ArraySlice<UInt8>, mayEndDotted: Bool = true) -> [UInt16]? {
        if text.isEmpty { return [] }
        var parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var tail: [UInt16] = []
        // RFC 4291 §2.2: x:x:x:x:x:x:d.d.d.d, the dotted part last.
        if mayEndDotted, let last = parts.last, last.contains(UInt8(ascii: ".")) {
            guard let bits = v4(last) else { return nil }
            tail = [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
            parts.removeLast()
        }
        var groups: [UInt16] = []
        for part in parts {
            guard let group = group(part) else { return nil }
            groups.append(group)
        }
        return groups + tail
    }

    private static func group(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var group: UInt16 = 0
        for digit in text {
            let isUpperCase = UInt8(ascii: "A")...UInt8(ascii: "F") ~= digit
            guard let value = Hex.value(isUpperCase ? digit + 0x20 : digit) else { return nil }
            group = group << 4 | UInt16(value)
        }
        return group
    }

    private static func join(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }
}
