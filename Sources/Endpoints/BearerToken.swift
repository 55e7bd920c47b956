package import Wire

/// An access token as a client presented it (RFC 6750 §2.1).
package struct BearerToken: Sendable, Equatable {
    /// Several times the longest token that is issued here.
    package static let bytesMax = 8 * 1024

    package let text: String

    /// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
    package init(_ text: String) throws(Malformed) {
        let bytes = text.utf8Span.span
        guard bytes.count <= Self.bytesMax else {
            throw Malformed("the token is longer than \(Self.bytesMax) bytes", at: Self.bytesMax)
        }
        var end = bytes.count
        while end > 0, bytes[end - 1] == UInt8(ascii: "=") { end -= 1 }
        for place in 0..<end where !Self.isTokenByte(bytes[place]) { throw Malformed("not a bearer token", at: 0) }
        guard end > 0 else { throw Malformed("not a bearer token", at: 0) }
        self.text = text
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        case UInt8(ascii: "+"), UInt8(ascii: "/"): true
        default: false
        }
    }
}

/// A token does not print itself, so no log line can hold one by accident.
extension BearerToken: CustomStringConvertible, CustomReflectable {
    package var description: String { "a bearer token" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
