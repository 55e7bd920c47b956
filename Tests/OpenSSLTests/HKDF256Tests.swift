import OpenSSL
import Testing

/// RFC 5869 appendix A, the cases with SHA-256.
struct HKDF256Tests {
    @Test func `the basic case comes out`() {
        let key = HKDF256.derive(
            key: [UInt8](repeating: 0x0b, count: 22),
            salt: [UInt8](0...0x0c),
            info: [UInt8](0xf0...0xf9),
            count: 42
        )
        let expected = """
            3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf
            34007208d5b887185865
            """
        #expect(key == bytes(hex: expected))
    }

    @Test func `longer inputs and outputs come out`() {
        let key = HKDF256.derive(
            key: [UInt8](0...0x4f),
            salt: [UInt8](0x60...0xaf),
            info: [UInt8](0xb0...0xff),
            count: 82
        )
        let expected = """
            b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
            da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87
            """
        #expect(key == bytes(hex: expected))
    }

    @Test func `neither salt nor info is needed`() {
        let key = HKDF256.derive(key: [UInt8](repeating: 0x0b, count: 22), salt: [], info: [], count: 42)
        let expected = """
            8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d
            9d201395faa4b61a96c8
            """
        #expect(key == bytes(hex: expected))
    }

    @Test func `a shorter key is the beginning of a longer one, up to the limit`() {
        let longest = HKDF256.derive(key: [1], salt: [2], info: [3], count: HKDF256.countMax)
        #expect(longest.count == 8160)
        for count in [0, 1, 31, 32, 33, 64, 8159] {
            #expect(HKDF256.derive(key: [1], salt: [2], info: [3], count: count) == [UInt8](longest.prefix(count)))
        }
    }

    @Test func `no more is derived than the RFC allows`() async {
        await #expect(processExitsWith: .failure) {
            _ = HKDF256.derive(key: [1], salt: [2], info: [3], count: HKDF256.countMax + 1)
        }
    }
}
