/// Bytes as text by RFC 4648 §4, with padding: the form of checkpoints, proofs and HTTP Basic credentials.
///
/// Reading is strict: exact padding, zero bits at the end, no space and no line break.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String {
        Base64Coding.standard.encode(bytes)
    }

    package static func decode(_ text: String) throws(Malformed) -> [UInt8] {
        try Base64Coding.standard.decode(text)
    }
}
