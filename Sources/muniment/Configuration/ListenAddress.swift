import Storage

/// A host and a port as they are written together.
struct ListenAddress: CustomStringConvertible {
    /// What stands for every address of the machine.
    private static let everywhere = "*"

    let host: String
    var port: Int

    /// - Parameter text: `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080` or `*:8080`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The one address whose socket takes all that is meant.
    ///
    /// A socket of IPv6 that is bound to every address takes IPv4 too (RFC 3493 §3.7), unless the system keeps them
    /// apart; a machine without IPv6 has IPv4 alone.
    ///
    /// - Throws: where every address is meant and no one socket takes both families.
    func boundHost() throws -> String {
        guard host == Self.everywhere else { return host }
        guard (try? Machine.requireFree(host: "::", port: 0)) != nil else { return "0.0.0.0" }
        guard Self.isDualStack else {
            throw CommandFailure(
                .checkFailed,
                "--listen \(self) needs a socket for IPv4 and IPv6 together, and this system keeps them apart"
                    + " (net.ipv6.bindv6only is 1): name one of them, as [::]:\(port) or 0.0.0.0:\(port)"
            )
        }
        return "::"
    }

    private static var isDualStack: Bool {
        let told = try? TextFile.read("/proc/sys/net/ipv6/bindv6only", bytesMax: 16)
        return told?.first != UInt8(ascii: "1")
    }
}
