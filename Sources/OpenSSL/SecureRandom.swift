import COpenSSL

/// Draws bytes nobody can predict, fit for keys and secrets.
///
/// They come from OpenSSL's generator for private values, which each thread has for itself and the kernel seeds.
package func secureRandom(_ count: Int) -> [UInt8] {
    precondition((0...Int(Int32.max)).contains(count), "a draw is a key or a salt, some tens of bytes")
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        guard count > 0 else { return }
        precondition(
            unsafe RAND_priv_bytes(buffer.baseAddress, Int32(count)) == 1,
            "a machine without randomness must not go on making keys"
        )
        filled = count
    }
}
