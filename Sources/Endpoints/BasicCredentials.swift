package import Wire

/// A client's identifier and secret, as it sent them to authenticate itself (RFC 7617).
package struct BasicCredentials: Sendable, Equatable {
    package let id: String
    package let secret: String

    package init(id: String, secret: String) {
        self.id = id
        self.secret = secret
    }

    /// Reads what follows `Basic` in the header.
    package init(base64: String) throws(Malformed) {
        let bytes = try Base64.decode(base64)
        // RFC 7617 §2: "a user-id containing a colon character is invalid", so the first colon ends the identifier.
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
            throw Malformed("Basic credentials have no colon", at: 0)
        }
        // RFC 6749 §2.3.1: identifier and secret are each encoded as a form's field before they are joined.
        id = try FormEncoding.decode(bytes[..<colon])
        secret = try FormEncoding.decode(bytes[(colon + 1)...])
        // RFC 7617 §2: "The user-id and password MUST NOT contain any control characters".
        guard !id.utf8.contains(where: \.isControl), !secret.utf8.contains(where: \.isControl) else {
            throw Malformed("Basic credentials have a control character", at: 0)
        }
    }
}

extension UInt8 {
    /// No byte of a longer character is one of these.
    fileprivate var isControl: Bool { self < 0x20 || self == 0x7F }
}

/// Credentials do not print themselves, so no log line can hold a secret by accident.
extension BasicCredentials: CustomStringConvertible, CustomReflectable {
    package var description: String { "Basic credentials of \(id)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
