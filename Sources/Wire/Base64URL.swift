/// Bytes as text that is safe in addresses and tokens: base64url of RFC 4648 §5 without padding.
///
/// Reading is strict. RFC 4648 §3.5: bits that belong to no byte must be zero, or the same bytes would have several
/// texts, and a stored text could be altered without notice.
package enum Base64URL {
    package static func encode(_ bytes: [UInt8]) -> String {
        Base64Coding.url.encode(bytes)
    }

    /// Appends the text of the first bytes to the second, with no `String` between.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        Base64Coding.url.append(bytes, to: &text)
    }

    package static func decode(_ text: String) throws(Malformed) -> [UInt8] {
        try Base64Coding.url.decode(text)
    }

    package static func decode(_ characters: Span<UInt8>) throws(Malformed) -> [UInt8] {
        try Base64Coding.url.decode(characters)
    }
}
