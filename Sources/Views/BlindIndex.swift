import Folding
import OpenSSL

/// Finds again what no row may show: a keyed hash stands in its place, which only the holder of the key can compute.
///
/// A purpose is part of the hash, so that an address of one kind never meets one of another.
struct BlindIndex: Sendable {
    static let bytes = 16

    private let stamp: HMAC256

    init(key: [UInt8]) { stamp = HMAC256(key: key) }

    /// The place of a text that is found for one purpose.
    func text(_ purpose: [UInt8], _ text: FoldedText) -> [UInt8] { hidden(purpose, text.bytes) }

    /// The place of a network address.
    func address(_ text: String) -> [UInt8] { hidden(Array("ip".utf8), Array(text.utf8)) }

    /// The place of somebody who acted and is not named for it.
    func actor(_ id: String) -> [UInt8] { hidden(Array("actor".utf8), Array(id.utf8)) }

    private func hidden(_ purpose: [UInt8], _ text: [UInt8]) -> [UInt8] {
        Array(stamp.authenticate(purpose, [0], text).bytes[..<Self.bytes])
    }
}
