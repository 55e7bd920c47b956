/// A network of addresses that begin with the same bits, such as `10.0.0.0/8`.
package struct CIDR: Hashable, Sendable, CustomStringConvertible {
    package let network: IPAddress
    package let prefixLength: Int

    /// The network written so; an address alone is the network of that one address.
    ///
    /// Bits behind the prefix must be zero: `10.0.0.1/8` is as likely a slip for `/32` as a way to say `10.0.0.0/8`,
    /// and networks decide whom to trust. A network of IPv4-mapped addresses is the IPv4 network.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        var length = Self.bits(of: address)
        if parts.count == 2 {
            guard let written = Self.length(parts[1]), written <= length else { return nil }
            length = written
        }
        guard Self.host(of: address, behind: length) == 0 else { return nil }
        network = address.unmapped
        // Never negative: the last of a mapped address's 96 leading bits is set, so a shorter prefix was refused above.
        prefixLength = length - Self.bits(of: address) + Self.bits(of: network)
    }

    /// Whether the address, or the IPv4 address it is a mapped form of, lies in the network.
    package func contains(_ address: IPAddress) -> Bool {
        switch (network, address.unmapped) {
        // A shift by the whole width leaves nothing, so the prefix of no bits holds every address.
        case (.v4(let network), .v4(let address)): (network ^ address) >> UInt32(32 - prefixLength) == 0
        case (.v6(let network), .v6(let address)): (network ^ address) >> UInt128(128 - prefixLength) == 0
        case (.v4, .v6), (.v6, .v4): false
        }
    }

    package var text: String { "\(network.text)/\(prefixLength)" }

    package var description: String { text }

    private static func bits(of address: IPAddress) -> Int {
        switch address {
        case .v4: 32
        case .v6: 128
        }
    }

    private static func host(of address: IPAddress, behind length: Int) -> UInt128 {
        let bits =
            switch address {
            case .v4(let bits): UInt128(bits)
            case .v6(let bits): bits
            }
        // The subtraction wraps for the prefix of no bits, behind which every bit lies.
        return bits & ((1 << UInt128(Self.bits(of: address) - length)) &- 1)
    }

    private static func length(_ text: Substring) -> Int? {
        // `Int` would also take a sign and leading zeros.
        let isPlain = text.utf8.allSatisfy(\.isDigit)
        guard isPlain, text.utf8.count <= 3, text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0") else {
            return nil
        }
        return Int(text)
    }
}
