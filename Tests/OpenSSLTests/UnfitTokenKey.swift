import OpenSSL
import Testing

/// Something that must not become a token key.
struct UnfitTokenKey: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let pkcs8: [UInt8]

    private static let whole = KnownTokenKey.es256.pkcs8

    static let all = [
        UnfitTokenKey(testDescription: "nothing at all", pkcs8: []),
        UnfitTokenKey(testDescription: "a key cut short", pkcs8: whole.dropLast()),
        UnfitTokenKey(testDescription: "a key with a byte after it", pkcs8: whole + [0]),
        UnfitTokenKey(testDescription: "a public half of another key", pkcs8: otherHalf),
        UnfitTokenKey(testDescription: "a public half that is no point of the curve", pkcs8: whole.dropLast() + [0]),
        UnfitTokenKey(testDescription: "an RSA key of 1024 bits", pkcs8: rsa1024),
        UnfitTokenKey(testDescription: "a key on P-384", pkcs8: p384),
    ]

    /// The public half is the generator of the curve, the private half another key's.
    private static let otherHalf = KnownTokenKey.p256Key(
        d: "8e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2",
        x: "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        y: "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    )

    private static let rsa1024 = bytes(
        hex: """
            30820276020100300d06092a864886f70d0101010500048202603082025c02010002818100c98ae0ed7c660b953be0da
            a5ae54de211e2c6125ec8b3d0883e02b84c8048c17bb50cdbae77d5e8a0b166ed2603614c5940313b411e29ed118a3e6
            c8682109c0aebef0bb280f0faed988bdcee4ca8146a0b17ea78cd92408fed92aeaa05982a68fb95c0c835d363c5fec8b
            5e92e665b95d64f03a5a1f7c2b6b4243e6dde944d902030100010281803f4c3dde788e781ed3a2882936fa7295462bbc
            0b34227af5bcad601da0d044cb834a1a8314073cf4f00c889bcc19d026499939cbf93e0a913342eecd8c5eabf7e8318d
            bea3b1819042f5f13acc8f860d2c68118ac2721fd5e92e54515e93f2a007db152c55bb1d47248541b28563a640cf5897
            9bf4149bab5a72b820277775ed024100f22041631688a11decc729298f9a1815132342f8fe029359b918cc2d01fc83f8
            f378ec83a4764e0ffc13c38bee238dc2bb72f7e564637b595c316324ab8f65af024100d5174dd82e60d15f416d837912
            0c3906efc238e91388e3ca8f5d9f7b3a92dbe0e24c49c82425ea38edf27f9d1fca4c4f5dc87124785ba0e74692c7ac7f
            97a7f7024100e32421533cab764265833cf9514f24f2785ea71080f2979b1f4ac5181ff9ed3099efc229891ab706c5db
            20a2600818902b5ba2751f65382d4f90c14a806b68df024058c07c0bae4564eee7b15530f7f35f4d244f20a4f31df0c2
            4d341158a1ecc8e7c15944e1b72c93816299bdcd13908e77fff79c283478f56b5e598410b493d5c10240507db3bb017d
            9c387a5eec764a909fb1edbd50804deb544befddebf269cfca63bcbe669eb3c977687db2a1e591fac226a9087723c210
            f3ad829b2e52960afab4
            """
    )

    private static let p384 = bytes(
        hex: """
            3081b6020100301006072a8648ce3d020106052b8104002204819e30819b020101043035e43d72b72e49128e97ab32b9
            c6fac53e7633bbdb16abfa72910060095495f5032ace43aa8db575115f3483e34a8bc7a164036200044bcab95cb1d630
            d72870f35d923cc785e3c1230980de361d93299cd91507ad670f82e89980fe049c3e1a4fd13129f4b9870b8d75fc337b
            26561648c7866e42d56e8e40e6acf2c78d70cd10ffa20c8cd0a3dd9a63682d61e6829bbf0d6cfb0314
            """
    )
}
