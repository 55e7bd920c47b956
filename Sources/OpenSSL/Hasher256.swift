import COpenSSL

/// A SHA-256 under way: bytes go in piece by piece, and the digest of all of them comes out.
///
/// It is a value without an allocation. A copy goes its own way, which is how a common beginning is hashed once.
package struct Hasher256: Sendable {
    private var state = SHA256_CTX()

    package init() {
        unsafe SHA256_Init(&state)
    }

    package mutating func update(_ byte: UInt8) {
        var byte = byte
        unsafe SHA256_Update(&state, &byte, 1)
    }

    package mutating func update(_ bytes: [UInt8]) {
        unsafe SHA256_Update(&state, bytes, bytes.count)
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            _ = unsafe SHA256_Update(&state, buffer.baseAddress, buffer.count)
        }
    }

    package mutating func update(_ digest: Digest) {
        unsafe digest.withUnsafeBytes { buffer in
            _ = unsafe SHA256_Update(&state, buffer.baseAddress, buffer.count)
        }
    }

    /// The digest of everything so far; the hasher itself may go on.
    package func digest() -> Digest {
        var state = state
        return unsafe Digest { pointer in
            _ = unsafe SHA256_Final(pointer, &state)
        }
    }
}
