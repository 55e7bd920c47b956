import EventLog
package import Identity
package import OpenSSL
package import Wire

/// The token signing keys as they stand: one signs, all that are published verify.
///
/// An algorithm belongs to a key, never to a token: a header that names another is refused before any mathematics.
package struct KeyRing: Sendable {
    package struct Member: Sendable {
        package let id: SigningKeyID
        package let key: SigningKey
        package let createdAt: Instant
        /// The private half, loaded once; `nil` when the key store does not have it: a key that has retired needs none.
        package let pair: TokenKey?
        /// What tokens of this key are checked with, as its entry shows it.
        let verifier: PublicTokenKey?
        /// `base64url(header).` with this key's `alg` and `kid`, for each type of token.
        let headers: [TokenTyp: [UInt8]]
    }

    /// No keys: nothing is signed and nothing verifies.
    static let empty = KeyRing(members: [], current: nil)

    package let members: [Member]
    package let current: Member?
    let verified = VerifiedTokens()

    init(_ keys: [Versioned<SigningKey>], store: KeyStore, loaded: KeyRing?) {
        members = keys.map { item in
            let known = loaded?.members.first { $0.id == item.id }
            return Member(
                id: item.id,
                key: item.state,
                createdAt: item.createdAt,
                pair: known?.pair ?? Self.pair(item.id, store),
                verifier: known?.verifier ?? Self.verifier(item.state),
                headers: Dictionary(
                    uniqueKeysWithValues: TokenTyp.allCases.map { ($0, Self.header(item.id, item.state, $0)) }
                )
            )
        }
        current = members.last { $0.key.stage == .current }
    }

    /// Those that sign are required at every start; one that has retired may be missing, or damaged.
    private static func pair(_ id: SigningKeyID, _ store: KeyStore) -> TokenKey? {
        guard let stored = try? store.key(KeyName.signing(id.text)) else { return nil }
        return try? TokenKey(pkcs8: stored)
    }

    private init(members: [Member], current: Member?) {
        self.members = members
        self.current = current
    }

    /// RFC 9068 §2.1: the type says that this is an access token, so that no other JWT of ours can pass for one; but
    /// where an application's verifiers know `JWT` alone.
    private static func header(_ id: SigningKeyID, _ key: SigningKey, _ typ: TokenTyp) -> [UInt8] {
        var out = JSONWriter(reservingBytes: 96)
        out.beginObject()
        out.key("alg")
        out.string(key.algorithm)
        out.key("kid")
        out.string(id.text)
        out.key("typ")
        out.string(typ.rawValue)
        out.endObject()
        var text: [UInt8] = []
        Base64URL.append(out.bytes, to: &text)
        return text + [UInt8(ascii: ".")]
    }

    /// The key set as verifiers read it (RFC 7517 §5), next and retired keys included.
    package func keySet(at now: Instant) -> JSON {
        let keys = members.filter { $0.key.isPublished(at: now) }.map { member -> JSON in
            var jwk = (try? JSON.parse(Array(member.key.jwk.utf8)))?.members ?? [:]
            jwk["kid"] = .string(member.id.text)
            jwk["use"] = "sig"
            jwk["alg"] = .string(member.key.algorithm)
            return .object(jwk)
        }
        return ["keys": .array(keys)]
    }

    /// The algorithms of all keys that verify still, that of the one that signs first: a token outlives a change of
    /// them.
    package func algorithms(at now: Instant) -> [String] {
        let published = members.filter { $0.key.isPublished(at: now) }
        var algorithms = [current?.key.algorithm ?? SigningAlgorithm.RS256.rawValue]
        for member in published where !algorithms.contains(member.key.algorithm) {
            algorithms.append(member.key.algorithm)
        }
        return algorithms
    }

    /// The public half that a key's entry shows.
    private static func verifier(_ key: SigningKey) -> PublicTokenKey? {
        guard let algorithm = SigningAlgorithm(rawValue: key.algorithm), let jwk = try? JSON.parse(Array(key.jwk.utf8))
        else { return nil }
        return try? PublicTokenKey(algorithm) { name in jwk[name]?.text.flatMap { try? Base64URL.decode($0) } }
    }

    /// The public half of a key pair as JWK members, in compact text.
    package static func jwk(of pair: TokenKey) -> String {
        var members: Members = ["kty": pair.algorithm.keyType]
        if let curve = pair.curve { members["crv"] = .string(curve) }
        for (name, value) in pair.jwk { members[name] = .string(Base64URL.encode(value)) }
        return String(decoding: JSON.object(members).canonical, as: UTF8.self)
    }
}

extension SigningAlgorithm {
    /// RFC 7518 §6.1, RFC 8037 §2.
    fileprivate var keyType: JSON {
        switch self {
        case .RS256: "RSA"
        case .ES256: "EC"
        case .EdDSA: "OKP"
        }
    }
}
