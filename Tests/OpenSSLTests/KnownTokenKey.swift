import OpenSSL
import Testing

/// A token key made elsewhere, a message, and a signature over it that somebody else made.
///
/// These keys are published here, and protect nothing.
struct KnownTokenKey: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let algorithm: SigningAlgorithm
    let pkcs8: [UInt8]
    let jwk: [String: [UInt8]]
    let curve: String?
    let message: [UInt8]
    let signature: [UInt8]

    static let all = [rs256, es256, edDSA]

    /// Made with `openssl genpkey` and `openssl dgst -sha256 -sign`.
    static let rs256 = KnownTokenKey(
        testDescription: "RS256 of the openssl command",
        algorithm: .RS256,
        pkcs8: bytes(
            hex: """
                308204bc020100300d06092a864886f70d0101010500048204a6308204a202010002820101008e1b1e5024e6f1c1de18
                74d9368509012ea6f38c3b6211c6b9762a4eb36d1e2c09369d03d50fbfc124f29737e656382c8bc803651b4e69edd5ea
                075e8f0bc3ffbc605ccb780d2927c4e219cc853e21c959b72b16021a2531b43cd146f43beada79fae6c064efd7f51fb2
                e436cb658210b82f58cb19390e2bc6891efec8d69f8d3d49d61257d44656d762b178b562075a003121dd3996f6b62bd6
                1c98b5c828bb4d1d6bbedf836ef2a32a6a2fecf80fe9bb4bc8307576991844155af1e6a02f9e1ac5e08b43949a670e81
                743b28ec28f65f0bb556c5637242d526153cd6745b470159ef25f57207791405e2fbc77565fe924d428a22e13222268f
                e92a41cbd16b0203010001028201001f67afd9cf65f88cbb3c156ac1a941f5b06d360aca3ee0a5d5ebdeeab8ad874afd
                1844380a18aa6c9171496911af01481af62f85e3347fa58fae62458c007226ece730eac893c402257940715a0b02a580
                7dc1f861ab8c87c108e5c934059fdffbb02ed9db14c459c8511d2d5ce3088d105f6a54ac34d74466627c669b550f3a6f
                bed35db1aa631113f335a35f45f87d5c000a51154418559fdf9f05e5b84a13997eb74d3776f535357601c71e343549d3
                c589089b700072f6a20bcf24241baad53ac7c8a5154da3915d6941f6dc1495466b68656de04e6f5bcbdb328ed493d4b3
                2cc4cd42905a71c30d844b5756ec9d56ed1a19a120067e6d45e4adc64eabc502818100c13719359b67fde71a72a340da
                298dc5247954723e29fddf9ad753b96e86439a579733b9d5d093cb0b52b15152a9a5930164e8ac782146ad522dca06be
                e2b1bd25d2ba4c4bb4c3fe87a053edb46de426aaf15496ab6f68667bf377756b2a400c04a32f169a2296397cde84e9c8
                2d6dcbf03ec9d1f55b02b5504a72fc41f3df4502818100bc486a65d9fbc44e352d777da18ec99bfd8cdd1132f5514140
                303725e0c392c813e042a4ca8f383ad2240a30fa8f6611cf26648747171fe703e151a3430b4af996d3afe947e42c426b
                3c51d4b68dc7a577e81851e8a95d2047803f0cbffa6c5f6cb6c02a602fcb6cf8c73e3d57ed4504cce03dcb776774651b
                b1b6fbafdae0ef02818002d6cf6d053a92f58962f3d9291b8134cb63690540ba973b68e80f17e372df9d6dfa0fcd8441
                cb5a29716e9f964a5ddf7a1ec4787c4f68dd751ead204a3fc482d60271b05b506dacd8cb57505fdd5983e3f125e00ce6
                d72ee2556284fc2d23c1c973a866799f567bc3c4f5490622fcc10967b2c97e047756b8b64f583b93dccd02818078e251
                95950fe5288551ecbef76432a2f9766054f38fb79c9a369aa1b21e3ef64074a2b524ec3120eadc82c2918c51ef2b3dae
                1b8094234272264f00f041a6e07a6aed2d6c9fdd9ec334d6212917fc4f8b9db3479b8669a918df091c098221e45e6b33
                13c1efcdbee8371c09cc9324d6012813e4b783efa21ed6c9f1ec252e7702818062723820b5d625b7ac9df39d1331ecdb
                783e8f33be3c80446c4fa1c40cbc024b908ca4df63c25deb93c3fb40945ab80b50e1eaca5af23c2d9a2d1ee61750fe93
                db30ad84263ce1ea477e7a9c53fdb098bdd1ba2a6c2b673abe9b2441165220ee7f89a172f1bcea7e0a4ecc7e4c492d2c
                0b2c0abc63c304f8ad89455bf7d05da3
                """
        ),
        jwk: [
            "n": bytes(
                hex: """
                    8e1b1e5024e6f1c1de1874d9368509012ea6f38c3b6211c6b9762a4eb36d1e2c09369d03d50fbfc124f29737e656382c
                    8bc803651b4e69edd5ea075e8f0bc3ffbc605ccb780d2927c4e219cc853e21c959b72b16021a2531b43cd146f43beada
                    79fae6c064efd7f51fb2e436cb658210b82f58cb19390e2bc6891efec8d69f8d3d49d61257d44656d762b178b562075a
                    003121dd3996f6b62bd61c98b5c828bb4d1d6bbedf836ef2a32a6a2fecf80fe9bb4bc8307576991844155af1e6a02f9e
                    1ac5e08b43949a670e81743b28ec28f65f0bb556c5637242d526153cd6745b470159ef25f57207791405e2fbc77565fe
                    924d428a22e13222268fe92a41cbd16b
                    """
            ),
            "e": [1, 0, 1],
        ],
        curve: nil,
        message: [UInt8]("eyJhbGciOiJSUzI1NiJ9.e30".utf8),
        signature: bytes(
            hex: """
                0f0054b7697f888d94f7a05ad87eb5fd69c628e65a9d151d19f6e0a376dd4ebd82d3975a72be175c70613a5aef9d7bf7
                10144b67e7efb4472f4e2c9dbbf44aa48ef10040698d65c3f2393595cdd5b0318f22f20548e1238ba7980d5124674495
                19d1a64000d7f55abd943af80ee6629b4bcf5db2e0d30499299a5ff96f5faad7950cc95626ad0a0d79f99366a00e06af
                c4deed951c699dcfec19c5d211ae74330c5bdb7c5ac1313d13dea001e496a058d1b869ecfc0492058b489c6f7489a195
                b775b74632f1d18b07f3c3bd8615297b0366895d659d01e5456dc5c5d31c3b42329daa35b4aa2f73f3beeb3e7f018146
                50c044ee7ddd8ab709cbe89ed7c48552
                """
        )
    )

    /// RFC 7515 appendix A.3, the key put into the form of RFC 5208.
    static let es256 = KnownTokenKey(
        testDescription: "ES256 of RFC 7515",
        algorithm: .ES256,
        pkcs8: p256Key(
            d: "8e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2",
            x: "7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445",
            y: "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad"
        ),
        jwk: [
            "x": bytes(hex: "7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"),
            "y": bytes(hex: "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad"),
        ],
        curve: "P-256",
        message: [UInt8](
            """
            eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog\
            Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ
            """.utf8
        ),
        signature: bytes(
            hex: """
                0ed1215379636c483c2f7f155807d402a3b228033af97c7e17819ac3169ea665
                c50a07d38c3c70e5d8f12daf084a5480a66590c5f293509a8f3f7f8a83a354d5
                """
        )
    )

    /// RFC 8037 appendix A.4, the key put into the form of RFC 8410 §7.
    static let edDSA = KnownTokenKey(
        testDescription: "EdDSA of RFC 8037",
        algorithm: .EdDSA,
        pkcs8: bytes(
            hex: """
                302e020100300506032b657004220420
                9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60
                """
        ),
        jwk: ["x": bytes(hex: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")],
        curve: "Ed25519",
        message: [UInt8]("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8),
        signature: bytes(
            hex: """
                860c98d2297f3060a33f42739672d61b53cf3adefed3d3c672f320dc021b411e
                9d59b8628dc351e248b88b29468e0e41855b0fb7d83bb15be902bfccb8cd0a02
                """
        )
    )

    /// A P-256 key in PKCS#8, of halves that need not belong together.
    static func p256Key(d: String, x: String, y: String) -> [UInt8] {
        bytes(hex: "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420")
            + bytes(hex: d) + bytes(hex: "a14403420004") + bytes(hex: x) + bytes(hex: y)
    }
}
