import COpenSSL

/// Whether two secrets are equal, in a time that depends on their length alone.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    // The length of a secret is not secret: every kind of ours has one.
    guard left.count == right.count else { return false }
    return unsafe CRYPTO_memcmp(left, right, left.count) == 0
}

/// Overwrites bytes with zeros in a way the compiler may not leave out.
///
/// The array must be the only one that holds these bytes: another copy of it keeps them.
package func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}
