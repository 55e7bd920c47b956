import COpenSSL

/// Overwrites bytes with zeros in a way the compiler may not leave out.
///
/// The array must be the only one that holds these bytes: another copy of it keeps them.
package func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}
