import OpenSSL
import Testing

struct TokenKeyTests {
    private let message = [UInt8]("eyJhbGciOiJub25lIn0.e30".utf8)

    @Test(arguments: KnownTokenKey.all)
    func `a key made elsewhere is taken up, and its signature accepted`(known: KnownTokenKey) throws {
        let key = try TokenKey(pkcs8: known.pkcs8)
        #expect(key.algorithm == known.algorithm)
        #expect(key.curve == known.curve)
        #expect(Dictionary(uniqueKeysWithValues: key.jwk.map { ($0.name, $0.value) }) == known.jwk)
        #expect(key.publicKey.verify(known.signature, of: known.message))
        #expect(!key.publicKey.verify(known.signature, of: known.message + [0]))
    }

    @Test(arguments: [KnownTokenKey.rs256, .edDSA])
    func `an algorithm without chance makes the known signature`(known: KnownTokenKey) throws {
        #expect(try TokenKey(pkcs8: known.pkcs8).sign(known.message) == known.signature)
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a new key signs what it then accepts, and nothing else`(algorithm: SigningAlgorithm) throws {
        let key = try TokenKey.generate(algorithm)
        #expect(key.algorithm == algorithm)
        for count in [0, 1, 300, 10_000] {
            let message = [UInt8](repeating: 1, count: count)
            let signature = try key.sign(message)
            #expect(signature.count == (algorithm == .RS256 ? 256 : 64))
            #expect(key.publicKey.verify(signature, of: message))
            #expect(!key.publicKey.verify(signature, of: message + [0]))
        }
        let other = try TokenKey.generate(algorithm)
        #expect(!other.publicKey.verify(try key.sign(message), of: message))
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a signature with any byte changed is refused`(algorithm: SigningAlgorithm) throws {
        let key = try TokenKey.generate(algorithm)
        let signature = try key.sign(message)
        for index in signature.indices {
            for flip: UInt8 in [0x01, 0x80, 0xff] {
                var changed = signature
                changed[index] ^= flip
                #expect(!key.publicKey.verify(changed, of: message), "byte \(index) ^ \(flip)")
            }
        }
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a signature of the wrong length is refused`(algorithm: SigningAlgorithm) throws {
        let key = try TokenKey.generate(algorithm)
        let signature = try key.sign(message)
        let wrongs: [[UInt8]] = [[], signature.dropLast(), signature + [0], [0] + signature, signature + signature]
        for wrong in wrongs {
            #expect(!key.publicKey.verify(wrong, of: message))
        }
        #expect(!key.publicKey.verify([UInt8](repeating: 0, count: signature.count), of: message))
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `a key survives being kept`(algorithm: SigningAlgorithm) throws {
        let key = try TokenKey.generate(algorithm)
        let kept = try TokenKey(pkcs8: key.pkcs8)
        #expect(kept.algorithm == algorithm)
        #expect(kept.pkcs8 == key.pkcs8)
        #expect(kept.curve == key.curve)
        #expect(kept.jwk.map(\.name) == key.jwk.map(\.name))
        #expect(kept.jwk.map(\.value) == key.jwk.map(\.value))
        #expect(kept.publicKey.verify(try key.sign(message), of: message))
        #expect(key.publicKey.verify(try kept.sign(message), of: message))
    }

    /// 379 and 43 times the generator of P-256: the first multiples with a zero in front of x, and of y.
    @Test(
        arguments: [
            (
                "000000000000000000000000000000000000000000000000000000000000017b",
                "005543894af3d00ed7d740abdbd75c96b06877b787db5f70eea78b90a8d7c00a",
                "bb4c85a3d8ea29efaafa24406912dd84d5b14dc32bf656ef6c6bd58a5d943f92"
            ),
            (
                "000000000000000000000000000000000000000000000000000000000000002b",
                "986ae2506f1ff104d04230861d8f4b498f4bc4c6d009b30f7544dc129b82d28d",
                "003cccc0a6460e0ae328a4d97d3c7b61d86fc6289c189f2525110c441bb07e97"
            ),
        ]
    )
    func `coordinates keep their leading zeros`(d: String, x: String, y: String) throws {
        let key = try TokenKey(pkcs8: KnownTokenKey.p256Key(d: d, x: x, y: y))
        #expect(key.jwk.map(\.value) == [bytes(hex: x), bytes(hex: y)])
    }

    @Test func `signatures keep their leading zeros`() throws {
        // One signature in 128 has a number that begins with a zero byte: some eight of these, whichever they are.
        let key = try TokenKey(pkcs8: KnownTokenKey.es256.pkcs8)
        for _ in 0..<1000 {
            let signature = try key.sign(message)
            #expect(signature.count == 64)
            #expect(key.publicKey.verify(signature, of: message))
        }
    }

    @Test(arguments: UnfitTokenKey.all)
    func `what is no fit key is refused with a reason`(unfit: UnfitTokenKey) throws {
        let fault = try #require(throws: CryptoFault.self) { try TokenKey(pkcs8: unfit.pkcs8) }
        #expect(fault.operation == "load a signing key")
        #expect(!fault.detail.isEmpty)
    }

    @Test func `a refused signature leaves no reason behind for a later fault`() throws {
        let key = try TokenKey(pkcs8: KnownTokenKey.rs256.pkcs8)
        #expect(!key.publicKey.verify([UInt8](repeating: 1, count: 256), of: message))
        let first = try #require(throws: CryptoFault.self) { try TokenKey(pkcs8: [1]) }
        let second = try #require(throws: CryptoFault.self) { try TokenKey(pkcs8: [1]) }
        #expect(first == second)
        #expect(!first.detail.contains("rsa"))
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `several threads sign with one key at once`(algorithm: SigningAlgorithm) async throws {
        let key = try TokenKey.generate(algorithm)
        let refused = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    (0..<50).count { round in
                        let message = [UInt8]("\(worker) \(round)".utf8)
                        guard let signature = try? key.sign(message) else { return true }
                        return !key.publicKey.verify(signature, of: message)
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(refused == 0)
    }
}
