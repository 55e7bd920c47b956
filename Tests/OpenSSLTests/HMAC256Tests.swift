import OpenSSL
import Testing

/// RFC 4231 §4, all cases but the truncated one.
struct HMAC256Tests {
    private static let cases: [(key: [UInt8], message: [UInt8], stamp: String)] = [
        (
            [UInt8](repeating: 0x0b, count: 20), [UInt8]("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            [UInt8]("Jefe".utf8), [UInt8]("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](1...25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            [UInt8]("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            [UInt8](
                """
                This is a test using a larger than block-size key and a larger than block-size data. \
                The key needs to be hashed before being used by the HMAC algorithm.
                """.utf8
            ),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test(arguments: cases)
    func `the cases of RFC 4231 come out`(key: [UInt8], message: [UInt8], stamp: String) {
        #expect(HMAC256.authenticate(message, key: key).description == stamp)
    }

    @Test func `a prepared key stamps many messages, whole or in parts`() {
        let prepared = HMAC256(key: [1, 2, 3])
        for count in 0..<70 {
            let message = [UInt8](repeating: 4, count: count)
            #expect(prepared.authenticate(message, [5]) == HMAC256.authenticate(message + [5], key: [1, 2, 3]))
        }
    }
}
