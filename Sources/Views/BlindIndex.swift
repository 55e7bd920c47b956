import OpenSSL

/// Finds again what no row may show: a keyed hash stands in its place, which only the holder of the key can compute.
///
/// A purpose is part of the hash, so that an address of one kind never meets one of another.
struct BlindIndex: Sendable {
    static let bytes = 16

    private let stamp: HMAC256

    init(key: [UInt8]) { stamp = HMAC256(key: key) }

    /// The place of an e-mail address, whatever its case.
    func email(_ address: String) -> [UInt8] { hidden("email", FoldedText(address).text) }

    /// The place of a network address.
    func address(_ text: String) -> [UInt8] { hidden("ip", text) }

    private func hidden(_ purpose: String, _ text: String) -> [UInt8] {
        Array(stamp.authenticate(Array(purpose.utf8), [0], Array(text.utf8)).bytes[..<Self.bytes])
    }
}
