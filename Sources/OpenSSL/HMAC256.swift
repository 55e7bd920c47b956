/// A stamp over a message that only the holder of the key can make or check: HMAC-SHA-256.
///
/// The construction is RFC 2104's, over our own hasher. Both libraries at hand need a microsecond or more for the same
/// bytes, mostly to look things up and to allocate; every sealed row and every presented secret passes through here.
/// A value prepared once for a key does half of the work only once.
package struct HMAC256: Sendable {
    /// What has hashed `K xor ipad`, and what has hashed `K xor opad` (RFC 2104 §2).
    private let inner: Hasher256
    private let outer: Hasher256

    /// The block of SHA-256, which RFC 2104 calls B.
    private static let blockBytes = 64

    package init(key: [UInt8]) {
        // RFC 2104 §2: keys longer than B bytes are first hashed.
        var block = key.count > HMAC256.blockBytes ? SHA256Hash.hash(key.span).bytes : key
        block.append(contentsOf: repeatElement(0, count: HMAC256.blockBytes - block.count))
        var inner = Hasher256()
        var outer = Hasher256()
        for index in block.indices { block[index] ^= 0x36 }
        inner.update(block)
        for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
        outer.update(block)
        wipe(&block)
        self.inner = inner
        self.outer = outer
    }

    /// The stamp over the parts as if they were one; nothing marks where one part ends.
    package func authenticate(_ parts: [UInt8]...) -> Digest {
        var message = inner
        for part in parts { message.update(part) }
        var stamp = outer
        stamp.update(message.digest())
        return stamp.digest()
    }

    package static func authenticate(_ message: [UInt8], key: [UInt8]) -> Digest {
        HMAC256(key: key).authenticate(message)
    }
}
