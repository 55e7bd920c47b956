import OpenSSL

/// Finds again what no row may show: a keyed hash stands in its place, which only the holder of the key can compute.
///
/// A purpose is part of the hash, so that an address of one kind never meets one of another.
struct BlindIndex: Sendable {
    static let bytes = 16

    private let stamp: HMAC256

    init(key: [UInt8]) { stamp = HMAC256(key: key) }

    /// The place of an e-mail address, whatever its case.
    func email(_ address: String) -> [UInt8] { hidden("email", Self.folded(address)) }

    /// The place of a network address.
    func address(_ text: String) -> [UInt8] { hidden("ip", text) }

    private func hidden(_ purpose: String, _ text: String) -> [UInt8] {
        Array(stamp.authenticate(Array(purpose.utf8), [0], Array(text.utf8)).bytes[..<Self.bytes])
    }

    /// Lower case, scalar by scalar, as Unicode's own tables have it, without regard to language.
    ///
    /// There is deliberately no normalisation: the standard library composes no text for others to see, and an address
    /// written with a combining accent is another address to every mail server that does not normalise either.
    static func folded(_ text: String) -> String {
        var folded = ""
        for scalar in text.unicodeScalars { folded += scalar.properties.lowercaseMapping }
        return folded
    }
}
