import EventLog

/// Where clients reach the server: the root of every issuer and link.
///
/// It is configured, never read off a request.
package struct BaseURL: Sendable, Equatable, CustomStringConvertible {
    package static let bytesMax = 512

    /// Without a slash at the end.
    package let description: String
    /// The host, and the port where one is named: `host[:port]`.
    package let authority: String

    package init(_ text: String) throws {
        var rest = Substring(text)
        while rest.hasSuffix("/") { rest.removeLast() }
        let scheme = ["https://", "http://"].first { rest.hasPrefix($0) }
        guard let scheme, rest.utf8.count <= Self.bytesMax else {
            throw LedgerFault.format("the base URL must begin with https:// or http://")
        }
        let authority = rest.dropFirst(scheme.utf8.count)
        let allowed = authority.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2E || byte == 0x2D || byte == 0x3A || byte == 0x5B || byte == 0x5D
        }
        guard !authority.isEmpty, allowed else {
            throw LedgerFault.format("the base URL is scheme, host and port only: https://id.example.com")
        }
        description = String(rest)
        self.authority = String(authority)
    }
}
