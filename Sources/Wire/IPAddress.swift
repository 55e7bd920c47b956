/// The address of a machine on the network, of either family.
package enum IPAddress: Hashable, Sendable, CustomStringConvertible {
    case v4(UInt32)
    case v6(UInt128)

    /// The IPv4 address that an IPv4-mapped one stands for, else the address itself.
    ///
    /// RFC 4291 §2.5.5.2: `::ffff:192.0.2.1` represents the address of an IPv4 node as an IPv6 address. A listener for
    /// both families reports IPv4 peers in mapped form: rules and limits must see through it.
    package var unmapped: IPAddress {
        switch self {
        case .v4: self
        case .v6(let bits): bits >> 32 == 0xFFFF ? .v4(UInt32(truncatingIfNeeded: bits)) : self
        }
    }

    package var description: String { text }

    /// The one text of the address: dotted decimal, or RFC 5952.
    package var text: String {
        switch self {
        case .v4(let bits): Self.dotted(bits)
        case .v6(let bits): Self.colons(bits)
        }
    }

    private static func dotted(_ bits: UInt32) -> String {
        var text: [UInt8] = []
        for shift in [24, 16, 8, 0] as [UInt32] {
            if shift != 24 { text.append(UInt8(ascii: ".")) }
            text.appendDecimal(Int64(bits >> shift & 0xFF))
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func colons(_ bits: UInt128) -> String {
        // RFC 5952 §5: the mixed notation, where a well-known prefix shows an IPv4 address inside.
        if bits >> 32 == 0xFFFF { return "::ffff:" + dotted(UInt32(truncatingIfNeeded: bits)) }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
        let zeros = longestZeros(groups)
        var text: [UInt8] = []
        for (position, group) in groups.enumerated() {
            if zeros.contains(position) {
                if position == zeros.lowerBound { text.append(contentsOf: "::".utf8) }
                continue
            }
            if position > 0, position != zeros.upperBound { text.append(UInt8(ascii: ":")) }
            // §4.1 and §4.3: no leading zeros, lower case.
            text.append(contentsOf: String(group, radix: 16).utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The groups that `::` stands for.
    ///
    /// RFC 5952 §4.2: the longest run of zero groups, the first of equals, and never a single group.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var (longest, start) = (0..<0, 0)
        for (position, group) in groups.enumerated() {
            if group != 0 {
                start = position + 1
            } else if position + 1 - start > max(longest.count, 1) {
                longest = start..<position + 1
            }
        }
        return longest
    }
}
