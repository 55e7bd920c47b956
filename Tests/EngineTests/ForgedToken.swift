import EventLog
import OpenSSL
import Testing
import Wire

/// A token of ours with its key, and what an attacker makes of it.
struct ForgedToken: Sendable, CustomTestStringConvertible {
    /// What an attacker has at hand; the key itself is here to show that not even a true signature saves a strange
    /// header.
    struct Material: Sendable {
        let header: Members
        let headerText: String
        let payload: String
        let signature: [UInt8]
        let key: TokenKey
        let strangerKey: TokenKey
        /// The kid of another published key of ours.
        let otherKeyID: String

        var signatureText: String { Base64URL.encode(signature) }
        /// What everybody may know of the key, in the forms in which it has been taken for a shared secret.
        var publicTexts: [[UInt8]] {
            let members = key.jwk.map { ($0.name, JSON.string(Base64URL.encode($0.value))) }
            return [JSON.object(Members(members)).canonical] + key.jwk.map(\.value)
        }

        func header(_ changes: Members) -> Members {
            var changed = header
            for (name, value) in changes { changed[name] = value }
            return changed
        }

        /// Signed by our own key, whatever its header says.
        func signed(_ header: [UInt8], by key: TokenKey? = nil, payload: String? = nil) throws -> String {
            let input = Base64URL.encode(header) + "." + (payload ?? self.payload)
            return input + "." + Base64URL.encode(try (key ?? self.key).sign(Array(input.utf8)))
        }

        func signed(_ changes: Members, by key: TokenKey? = nil) throws -> String {
            try signed(JSON.object(header(changes)).compact, by: key)
        }

        func with(signature: [UInt8]) -> String { with(signatureText: Base64URL.encode(signature)) }
        func with(signatureText: String) -> String { "\(headerText).\(payload).\(signatureText)" }
    }

    let testDescription: String
    let make: @Sendable (Material) throws -> [String]

    init(_ testDescription: String, _ make: @escaping @Sendable (Material) throws -> [String]) {
        self.testDescription = testDescription
        self.make = make
    }

    static let all = algorithms + strangeKeys + strangeHeaders + signatures + shapes
}

extension ForgedToken {
    /// RFC 8725 §2.1: the algorithm is never the token's to choose.
    private static let algorithms = [
        ForgedToken("no algorithm") { given in
            ["none", "None", "NONE", "nOnE", ""].flatMap { name -> [String] in
                let header = Base64URL.encode(JSON.object(given.header(["alg": .string(name)])).compact)
                return ["\(header).\(given.payload).", "\(header).\(given.payload).\(given.signatureText)"]
            }
        },
        ForgedToken("the public key as a shared secret") { given in
            given.publicTexts.map { secret in
                let header = JSON.object(given.header(["alg": "HS256"])).compact
                let input = Base64URL.encode(header) + "." + given.payload
                return input + "." + Base64URL.encode(HMAC256.authenticate(Array(input.utf8), key: secret).bytes)
            }
        },
        ForgedToken("another algorithm, truly signed") { given in
            let names = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES256K", "EdDSA", "Ed25519", "HS256"]
            return try names.filter { given.header["alg"]?.text != $0 }
                .map { try given.signed(["alg": .string($0)]) }
        },
        ForgedToken("an algorithm that is no text, or none at all") { given in
            var without = given.header
            without["alg"] = nil
            return try [given.signed(["alg": .null]), given.signed(["alg": 1]), given.signed(["alg": ["none"]])]
                + [given.signed(JSON.object(without).compact)]
        },
    ]

    /// RFC 8725 §3.10: what a header says of a key is the word of whoever wrote it.
    private static let strangeKeys = [
        ForgedToken("a stranger's key under our kid") { [try $0.signed([:], by: $0.strangerKey)] },
        ForgedToken("a key that the token brings along") { given in
            let jwk = JSON.object(Members(given.strangerKey.jwk.map { ($0.name, .string(Base64URL.encode($0.value))) }))
            let certificate = JSON.array([.string(Base64.encode(given.payload.utf8.map { $0 }))])
            let ways: [Members] = [
                ["jwk": jwk], ["jku": "https://evil.example/keys"], ["x5u": "https://evil.example/pem"],
                ["x5c": certificate], ["x5t": "AAAA"], ["x5t#S256": "AAAA"],
            ]
            return try ways.flatMap { way in
                try [
                    given.signed(way, by: given.strangerKey), given.signed(way),
                    given.signed(way.adding("kid", "mine")),
                ]
            }
        },
        ForgedToken("a kid that is not this key's") { given in
            let names = [
                given.otherKeyID, "", "snk_unknown", "../../dev/null", "' OR 1=1 --", "0", "kid\u{0}",
                "https://evil.example",
            ]
            return try names.flatMap { name in
                try [given.signed(["kid": .string(name)]), given.signed(["kid": .string(name)], by: given.strangerKey)]
            } + [given.signed(["kid": .null]), given.signed(["kid": 0]), given.signed(["kid": [.string("a")]])]
        },
    ]

    /// RFC 7515 §4: what is not understood must not be passed over, though our own key has signed it.
    private static let strangeHeaders = [
        ForgedToken("crit and b64") { given in
            try [
                given.signed(["crit": ["exp"]]), given.signed(["crit": []]),
                given.signed(["crit": ["b64"], "b64": false]),
                given.signed(["b64": false]), given.signed(["b64": true]),
            ]
        },
        ForgedToken("another kind of token, or a nested one") { given in
            var without = given.header
            without["typ"] = nil
            return try [
                given.signed(["typ": "JWT"]), given.signed(["typ": "id+jwt"]), given.signed(["cty": "JWT"]),
                given.signed(["zip": "DEF"]), given.signed(["enc": "A128GCM"]),
                given.signed(JSON.object(without).compact),
            ]
        },
        ForgedToken("a header in other words") { given in
            let text = String(decoding: JSON.object(given.header).compact, as: UTF8.self)
            let before = ["alg", "kid", "typ"].map { "{\"\($0)\":\"none\"," + String(text.dropFirst()) }
            let behind = ["alg", "kid"].map { String(text.dropLast()) + ",\"\($0)\":\"none\"}" }
            let spaced: [String] = [
                " " + text, text + "\n", text.replacing(",", with: ", "),
                text.replacing("\"alg\"", with: "\"\\u0061lg\""),
                text + "{}", "[\(text)]", "\u{FEFF}" + text, "{}", "null", "",
            ]
            return try (before + behind + spaced).map { try given.signed(Array($0.utf8)) }
        },
    ]

    /// RFC 7518 §3.3 and §3.4, RFC 8037 §3.1: a signature has one form.
    private static let signatures = [
        ForgedToken("no signature, half of one, one and more") { given in
            let whole = given.signature
            let zeros = [UInt8](repeating: 0, count: whole.count)
            let ones = [UInt8](repeating: 0xFF, count: whole.count)
            let shorter: [[UInt8]] = [
                [], [0], Array(whole.dropLast()), Array(whole.dropFirst()), Array(whole.prefix(whole.count / 2)),
            ]
            let longer: [[UInt8]] = [whole + [0], [0] + whole, whole + whole]
            return (shorter + longer + [zeros, ones, whole.reversed()]).map { given.with(signature: $0) }
        },
        ForgedToken("r or s of zero, and the order of the curve") { given in
            let (r, s) = (Array(given.signature.prefix(32)), Array(given.signature.suffix(32)))
            let zero = [UInt8](repeating: 0, count: 32)
            let one = [UInt8](repeating: 0, count: 31) + [1]
            let order = try Hex.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
            return [zero + s, r + zero, zero + zero, one + one, order + s, r + order, order + order, s + r]
                .map { given.with(signature: $0) }
        },
        ForgedToken("the DER form") { given in
            let number = { (bytes: ArraySlice<UInt8>) -> [UInt8] in [0x02, 0x21, 0x00] + bytes }
            let body = number(given.signature.prefix(32)) + number(given.signature.suffix(32))
            return [given.with(signature: [0x30, UInt8(body.count)] + body)]
        },
        ForgedToken("S of Edwards' curve past its order") { given in
            // RFC 8032 §5.1.7: S + L names the same point, and must be refused.
            let order = try Hex.decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
            var (sum, carry) = (Array(given.signature.prefix(32)), 0)
            for (digit, added) in zip(given.signature.dropFirst(32).prefix(32), order) {
                carry += Int(digit) + Int(added)
                sum.append(UInt8(carry & 0xFF))
                carry >>= 8
            }
            return [given.with(signature: sum)]
        },
        ForgedToken("another spelling of the very same signature") { given in
            let text = given.signatureText
            // Bits past the last byte: 64 and 256 bytes leave four of them in the last character.
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            let last = alphabet.firstIndex(of: text.last ?? "A") ?? 0
            let respelt = String(text.dropLast()) + String(alphabet[last ^ 1])
            let middle = text.index(text.startIndex, offsetBy: 10)
            let (front, back) = (String(text[..<middle]), String(text[middle...]))
            let padded: [String] = [text + "=", text + "==", text + "%3D", text + "\u{0}"]
            let spaced: [String] = [text + "\n", " " + text, front + "\r\n" + back]
            return (padded + spaced + [respelt, front + "+" + String(back.dropFirst())]).map {
                given.with(signatureText: $0)
            }
        },
    ]

    /// RFC 7515 §7.1: three parts, and no other serialisation.
    private static let shapes = [
        ForgedToken("parts missing, empty, too many") { given in
            let (header, payload, signature) = (given.headerText, given.payload, given.signatureText)
            return [
                "", ".", "..", "...", header, payload, "\(header).\(payload)", "\(header).\(signature)",
                "\(payload).\(signature)", ".\(payload).\(signature)", "\(header)..\(signature)", ".\(payload).",
                "\(header).\(payload).\(signature).", "\(header).\(payload).\(signature).\(signature)",
                ".\(header).\(payload).\(signature)", "\(header).\(payload).\(payload).\(signature)",
            ]
        },
        ForgedToken("the JSON serialisations") { given in
            let one: JSON = [
                "payload": .string(given.payload), "protected": .string(given.headerText),
                "signature": .string(given.signatureText),
            ]
            let many: JSON = [
                "payload": .string(given.payload),
                "signatures": [["protected": .string(given.headerText), "signature": .string(given.signatureText)]],
            ]
            return [one, many].map { String(decoding: $0.compact, as: UTF8.self) }
        },
        ForgedToken("other claims, and claims that are none") { given in
            let claims = try Base64URL.decode(given.payload)
            var more = try JSON.parse(claims).members ?? [:]
            more["scope"] = "admin:read admin:write"
            let header = JSON.object(given.header).compact
            return try [
                "\(given.headerText).\(Base64URL.encode(JSON.object(more).compact)).\(given.signatureText)",
                given.signed(header, payload: ""), given.signed(header, payload: Base64URL.encode(Array("foo".utf8))),
                given.signed(header, payload: Base64URL.encode(Array("[]".utf8))),
                given.signed(header, payload: Base64URL.encode(Array("{}".utf8))),
                given.signed(header, payload: given.payload + "="),
                given.signed(header, payload: Base64URL.encode(claims.dropLast() + Array(",\"iss\":\"x\"}".utf8))),
            ]
        },
    ]
}

extension Members {
    fileprivate func adding(_ name: String, _ value: JSON) -> Members {
        var more = self
        more[name] = value
        return more
    }
}
