/// Many independent keys out of one: HKDF-SHA-256 (RFC 5869).
///
/// A value has the first of its two steps behind it, which all keys from one key and salt share.
package struct HKDF256: Sendable {
    /// RFC 5869 §2.3: L is at most 255 times the length of the hash.
    package static let countMax = 255 * Digest.count

    private let expander: HMAC256

    package init(key: [UInt8], salt: [UInt8]) {
        // Extract: PRK = HMAC(salt, IKM). An absent salt is a row of zeros, which HMAC's padding makes of an empty one.
        var extracted = HMAC256.authenticate(key, key: salt).bytes
        expander = HMAC256(key: extracted)
        wipe(&extracted)
    }

    package static func derive(key: [UInt8], salt: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        HKDF256(key: key, salt: salt).derive(info: info, count: count)
    }

    package func derive(info: [UInt8], count: Int) -> [UInt8] {
        precondition((0...Self.countMax).contains(count), "how many bytes a key has is fixed by the caller's format")
        // Expand: T(i) = HMAC(PRK, T(i-1) ‖ info ‖ i), the first without a predecessor.
        var derived: [UInt8] = []
        derived.reserveCapacity(count + Digest.count)
        var block: [UInt8] = []
        var counter: UInt8 = 0
        while derived.count < count {
            counter += 1
            block = expander.authenticate(block, info, [counter]).bytes
            derived += block
        }
        derived.removeLast(derived.count - count)
        return derived
    }
}
