import Engine
import Identity
import Wire

extension HostileParser {
    /// The claims of a token whose signature holds.
    static let claims = HostileParser("claims") { bytes in
        guard let token = AccessToken(claims: bytes) else { return }
        try Broken.unless(AccessToken(claims: token.claims) == token, "claims read back as they are written")
        _ = (token.issuingPlace.text, token.isExpired(at: .latest))
    }

    /// Tokens: none is believed but the one that was issued, whatever is put in its place, made of it or around it.
    static let token = HostileParser(
        "token",
        preparing: {
            let server = try await HostileServer()
            let genuine = server.token
            guard server.instance.keyRing.verify(genuine, now: server.now) != nil else {
                throw Broken("a token is believed")
            }
            return .atOnce { bytes in
                for forged in [text(bytes), edited(genuine, by: bytes), assembled(bytes, signature(of: genuine))]
                where !forged.bytesEqual(genuine) {
                    let believed = server.instance.keyRing.verify(forged, now: server.now)
                    try Broken.unless(believed == nil, "a token is believed that nobody issued: \(forged)")
                }
            }
        }
    )

    /// The text with edits, three bytes each: where, and what to put there, or to take away, or to put before.
    private static func edited(_ text: String, by bytes: [UInt8]) -> String {
        var letters = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count - 2, by: 3) where !letters.isEmpty {
            let place = (Int(bytes[start]) << 8 | Int(bytes[start + 1])) % letters.count
            switch bytes[start + 2] {
            case 0x00: letters.remove(at: place)
            case 0x80...0xFF: letters.insert(bytes[start + 2] & 0x7F, at: place)
            case let letter: letters[place] = letter
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Header and claims, a line each, under another token's signature.
    private static func assembled(_ bytes: [UInt8], _ signature: String) -> String {
        let lines = bytes.lines
        return lines.prefix(2).map(Base64URL.encode).joined(separator: ".") + "." + signature
    }

    private static func signature(of token: String) -> String {
        String(token.split(separator: ".").last ?? "")
    }
}
