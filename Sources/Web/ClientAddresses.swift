package import HTTPTypes
package import NIOCore
package import Wire

/// Tells the address of the client, and whom to believe about it.
///
/// `Forwarded`, `X-Forwarded-Host` and `Host` are never read: links are made from the configured address alone.
package struct ClientAddresses: Sendable {
    private let trustedProxies: [CIDR]

    /// Real chains of proxies are a few long; a longer list is not walked to its end.
    package static let hopsMax = 32

    package init(trustedProxies: [CIDR]) { self.trustedProxies = trustedProxies }

    /// The text of the peer's address; when the peer is a trusted proxy, that of the client it names.
    package func address(of peer: SocketAddress?, _ fields: HTTPFields) -> String? {
        // Without proxies most addresses need no reading: the system writes IPv4 in its one form.
        if trustedProxies.isEmpty, case .v4? = peer { return peer?.ipAddress }
        guard let peer = peer.flatMap(IPAddress.init(socket:)) else { return nil }
        guard isTrusted(peer), fields.contains(.forwardedFor) else { return peer.text }
        return client(behind: peer, fields[values: .forwardedFor]).text
    }

    /// Whether a peer speaks for others.
    func isProxy(_ peer: SocketAddress?) -> Bool {
        guard !trustedProxies.isEmpty, let peer = peer.flatMap(IPAddress.init(socket:)) else { return false }
        return isTrusted(peer)
    }

    /// The first address from the right of the list that is not a trusted proxy's.
    ///
    /// Each proxy appends the peer it saw, so the list is believed from its right end as far as trusted proxies vouch
    /// for it. What stands left of that, the client wrote itself.
    private func client(behind peer: IPAddress, _ headers: [String]) -> IPAddress {
        var nearest = peer
        let hops = headers.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        for hop in hops.suffix(Self.hopsMax).reversed() {
            guard let address = IPAddress(hop: hop) else { return nearest }
            nearest = address
            guard isTrusted(address) else { break }
        }
        return nearest
    }

    private func isTrusted(_ address: IPAddress) -> Bool {
        trustedProxies.contains { $0.contains(address) }
    }
}

extension IPAddress {
    fileprivate init?(socket: SocketAddress) {
        // A link-local peer comes with the zone it was seen in, which means nothing elsewhere.
        guard let text = socket.ipAddress?.prefix(while: { $0 != "%" }) else { return nil }
        self.init(peer: String(text))
    }

    /// A listener for both families reports IPv4 peers in mapped form.
    private init?(peer text: String) {
        guard let address = IPAddress(text) else { return nil }
        self = address.unmapped
    }

    /// One entry of the list, in which some proxies write the port too: `192.0.2.1:80`, `[2001:db8::1]:80`.
    fileprivate init?(hop: Substring) {
        let text = hop.drop { $0 == " " || $0 == "\t" }
        let isBracketed = text.first == "["
        let isDottedWithPort = text.count { $0 == ":" } == 1
        let end: Set<Character> = isBracketed ? ["]"] : isDottedWithPort ? [":", " ", "\t"] : [" ", "\t"]
        self.init(peer: String(text.dropFirst(isBracketed ? 1 : 0).prefix { !end.contains($0) }))
    }
}
