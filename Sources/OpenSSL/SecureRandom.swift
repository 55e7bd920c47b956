import COpenSSL
import Synchronization

/// Draws bytes nobody can predict, fit for keys and secrets.
///
/// They come from OpenSSL's generator for private values, which the kernel seeds.
package func secureRandom(_ count: Int) -> [UInt8] {
    precondition((0...Int(Int32.max)).contains(count), "a draw is a key or a salt, some tens of bytes")
    guard count <= RandomStock.drawBytesMax else { return drawn(count) }
    return RandomStock.shared.withLock { $0.take(count) }
}

/// Random bytes that were drawn and not handed out yet.
///
/// A token needs half a dozen identifiers of 16 bytes, and what the generator does for a draw, whatever its size, costs
/// far more than the bytes. What is handed out is wiped here: nobody gets it twice, and memory keeps no copy.
private struct RandomStock {
    static let shared = Mutex(RandomStock())
    static let drawBytesMax = 64
    private static let bytesMax = 4_096

    private var bytes: [UInt8] = []
    private var used = 0

    mutating func take(_ count: Int) -> [UInt8] {
        if bytes.count - used < count {
            bytes = drawn(Self.bytesMax)
            used = 0
        }
        let taken = Array(bytes[used..<(used + count)])
        for position in used..<(used + count) { bytes[position] = 0 }
        used += count
        return taken
    }
}

private func drawn(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        guard count > 0 else { return }
        precondition(
            unsafe RAND_priv_bytes(buffer.baseAddress, Int32(count)) == 1,
            "a machine without randomness must not go on making keys"
        )
        filled = count
    }
}
