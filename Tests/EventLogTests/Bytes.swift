import OpenSSL
import Wire

extension [UInt8] {
    /// The bytes that a vector gives in hexadecimal.
    init(hex: String) throws { self = try Hex.decode(hex) }
}

extension Digest {
    init(hex: String) throws {
        guard let digest = Digest(try Hex.decode(hex)) else {
            throw Malformed("a digest of 32 bytes is expected", at: 0)
        }
        self = digest
    }

    /// The digest with one bit changed.
    var altered: Digest {
        var bytes = bytes
        bytes[7] ^= 1
        return Digest(bytes.span)
    }
}
