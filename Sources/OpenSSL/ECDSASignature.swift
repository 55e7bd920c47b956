import COpenSSL

/// The two forms of a P-256 signature: OpenSSL's DER sequence of r and s, and the 64 bytes r ‖ s of a token.
enum ECDSASignature {
    /// RFC 7518 §3.4: R and S are octet sequences of 32 bytes each, leading zeros kept.
    static let numberBytes = 32

    static func joseForm(der: [UInt8]) throws(CryptoFault) -> [UInt8] {
        let parsed = unsafe der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &cursor, buffer.count)
        }
        guard let parsed = unsafe parsed else { throw .queued("read a P-256 signature") }
        defer { unsafe ECDSA_SIG_free(parsed) }
        let joined = unsafe [UInt8](unsafeUninitializedCapacity: 2 * numberBytes) { buffer, filled in
            guard let start = buffer.baseAddress else { return }
            let width = Int32(numberBytes)
            let done =
                unsafe BN_bn2binpad(ECDSA_SIG_get0_r(parsed), start, width) == width
                && BN_bn2binpad(ECDSA_SIG_get0_s(parsed), start + numberBytes, width) == width
            filled = done ? 2 * numberBytes : 0
        }
        guard !joined.isEmpty else { throw .queued("write a P-256 signature") }
        return joined
    }

    /// The DER form, or nil when there are not 64 bytes.
    static func der(joseForm: [UInt8]) -> [UInt8]? {
        guard joseForm.count == 2 * numberBytes else { return nil }
        let number = integer(joseForm[..<numberBytes]) + integer(joseForm[numberBytes...])
        // X.690 §8.9: a SEQUENCE; at most 2 + 2 × 35 bytes, so that one byte of length is enough.
        return [0x30, UInt8(number.count)] + number
    }

    /// X.690 §8.3: an INTEGER in as few bytes as hold it, with a zero in front when it would look negative.
    private static func integer(_ bigEndian: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = [UInt8](bigEndian.drop { $0 == 0 })
        if bytes.first.map({ $0 >= 0x80 }) ?? true { bytes.insert(0, at: 0) }
        return [0x02, UInt8(bytes.count)] + bytes
    }
}
