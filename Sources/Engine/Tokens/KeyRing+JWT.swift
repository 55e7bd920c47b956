package import Identity
import OpenSSL
package import Wire

extension KeyRing {
    /// A token is no longer than this; a longer text is not looked at.
    package static let tokenBytesMax = 8 * 1024

    /// Signs claims with the key that the token's entry names (RFC 7515 §5.1).
    package func sign(
        _ claims: [UInt8],
        with id: SigningKeyID,
        as typ: TokenTyp = .accessToken,
    ) async throws -> String {
        guard let member = members.first(where: { $0.id == id }), let pair = member.pair,
            let header = member.headers[typ]
        else {
            throw CryptoFault(operation: "sign a token", detail: "the signing key is not at hand")
        }
        var input = header
        Base64URL.append(claims, to: &input)
        let signature = try await pair.signature(of: input)
        input.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &input)
        return String(decoding: input, as: UTF8.self)
    }

    /// The token of a compact JWS of ours, when the signature holds.
    ///
    /// The header must be byte for byte one that we write: no `none`, no other algorithm, no `jku`, `x5u` or `crit`
    /// can be in it (RFC 8725 §3.1).
    package func verify(_ text: String, now: Instant) -> AccessToken? {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.tokenBytesMax, let (member, typ, header) = member(whoseHeaderBegins: bytes),
            member.key.isPublished(at: now)
        else { return nil }
        let digest = SHA256Hash.hash(bytes.span)
        if let known = verified.token(digest) { return known }
        guard var token = member.verify(bytes, behind: header) else { return nil }
        token.typ = typ
        verified.remember(token, digest)
        return token
    }

    private func member(whoseHeaderBegins bytes: [UInt8]) -> (Member, TokenTyp, header: Int)? {
        for member in members {
            for typ in TokenTyp.allCases {
                if let header = member.headers[typ], bytes.starts(with: header) { return (member, typ, header.count) }
            }
        }
        return nil
    }
}

extension TokenKey {
    /// RSA takes longer than all else about a token: whoever waits for the caller's thread does not wait for that.
    fileprivate func signature(of input: [UInt8]) async throws -> [UInt8] {
        switch algorithm {
        case .RS256: try await withTaskExecutorPreference(globalConcurrentExecutor) { @concurrent in try sign(input) }
        case .ES256, .EdDSA: try sign(input)
        }
    }
}

extension KeyRing.Member {
    /// The token of a text that begins with this key's header, when the signature holds.
    fileprivate func verify(_ text: [UInt8], behind header: Int) -> AccessToken? {
        guard let last = text.lastIndex(of: UInt8(ascii: ".")), last > header, let verifier,
            let signature = try? Base64URL.decode(text.span.extracting((last + 1)...)),
            verifier.verify(signature, of: Array(text[..<last])),
            let claims = try? Base64URL.decode(text.span.extracting(header..<last))
        else { return nil }
        return AccessToken(claims: claims)
    }
}
