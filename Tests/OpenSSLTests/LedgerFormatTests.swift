import OpenSSL
import Testing

/// One sealed part of an entry, with every value on the way to its row.
struct SealedSegment: Sendable {
    let subject: String
    let salt: [UInt8]
    let json: String
    let commitment: [UInt8]
    let key: [UInt8]
    let row: [UInt8]

    static let dataKey = [UInt8](0x20...0x3f)
    static let ledger = [UInt8](0x00...0x0f)

    static let published = [
        SealedSegment(
            subject: "usr_7Q3mZk0Yx2",
            salt: bytes(hex: "a0a1a2a3a4a5a6a7a8a9aaabacadaeafa0a1a2a3a4a5a6a7a8a9aaabacadaeaf"),
            json: #"{"email":"Zoë@example.com","first_name":"Zoë"}"#,
            commitment: bytes(hex: "c25078ed2d2e5d4008c145a8a764bbaf31d2b6b3e4fefcc5ecd6fe85a5d08ba5"),
            key: bytes(hex: "1d73035d30d6305c1fd0cd5ed1d976140722dc6606807ab9b0859c2660b27467"),
            row: bytes(
                hex: """
                    015f19fbbd254dae9f53d69274da49977ccc77eccc89b29d92d53dc6e2310a7e34b614e7cf886a07913b0770a8a4dcca
                    50c5278029cb808d69752a1c55f5c248c500cc5f10021fedbe34b2c5802812d485b550864fca4ac80539d8aacea9e934
                    7d
                    """
            )
        ),
        SealedSegment(
            subject: "usr_7Q3mZk0Yx2",
            salt: bytes(hex: "1111111111111111111111111111111111111111111111111111111111111111"),
            json: #"{"ip":"2001:db8::1","user_agent":"curl/8.5.0"}"#,
            commitment: bytes(hex: "8b4d36a0e78eaa632c092a23ad97071a6629b0aff5b397a6cb5fb013a281bf64"),
            key: bytes(hex: "b379712f59539c45cec50dfc3ad0708872aa68f8e7c6ae7afbd939e19a4cf508"),
            row: bytes(
                hex: """
                    01fe44b06e6d2c9541ef1ef9c632b97392aef2278f8cef5216cd76b8e97d76743dd1af9e39106e709feac79dd11aae6f
                    98c24680f3653308a1317dd1bc06cc054566efcc3de861dc2c68b2c48bb6420246a5096ea85fdb261b127793186913
                    """
            )
        ),
        SealedSegment(
            subject: "prt_k9",
            salt: bytes(hex: "0000000000000000000000000000000000000000000000000000000000000000"),
            json: #"{"reason":"asked by ticket 14"}"#,
            commitment: bytes(hex: "a07aa6e6c4fa5fdff113af47c06a0df2e272eeb669c8cbfd2a3259d2674a4447"),
            key: bytes(hex: "982c297042dab355020aa896c29ab8f2a0ec32849a04b4260e7f5d051ac06aa6"),
            row: bytes(
                hex: """
                    015b1423392af5ab2e1c3abde0bbdb40eff54312fdb46ba212f3a35f6945477aa96525b4d06ab3890b9deb08e444c011
                    44f788fb858e052ef402691a95f6983e52c8104d748e7e56e2d8f23b50500f3f
                    """
            )
        ),
    ]
}

/// The published vectors of the ledger format, with nothing but what this target offers.
struct LedgerFormatTests {
    @Test(arguments: SealedSegment.published)
    func `a segment is committed to, sealed and opened as published`(segment: SealedSegment) {
        let plaintext = segment.salt + [UInt8](segment.json.utf8)
        let commitment = SHA256Hash.hash(prefix: 2, plaintext)
        #expect(commitment.bytes == segment.commitment)
        let info = [UInt8]("muniment/v1/segment".utf8) + [0] + commitment.bytes
        let key = HKDF256.derive(key: SealedSegment.dataKey, salt: SealedSegment.ledger, info: info, count: 32)
        #expect(key == segment.key)
        let nonce = [UInt8](repeating: 0, count: AES256GCM.nonceBytes)
        let aad = [1] + SealedSegment.ledger + [UInt8](segment.subject.utf8)
        #expect([1] + AES256GCM.seal(plaintext, key: key, nonce: nonce, aad: aad) == segment.row)
        #expect(AES256GCM.open([UInt8](segment.row.dropFirst()), key: key, nonce: nonce, aad: aad) == plaintext)
    }

    @Test(
        arguments: [
            ("client_secret", "8ba574a2c9f8424546cbe47ce09b165ebf77b94c32035cb068aeb89f9ed843c8"),
            ("api_key", "99124f021e567ee1b813b3908cb303bc8eb9610d61843384e06f78cb75f793f9"),
            ("refresh_token", "d232d4dfea00e7d64de6c405b68421d28c354a83d6be1100cedd858864b7d3ea"),
        ]
    )
    func `the keyed hash of a machine secret depends on its kind`(kind: String, mac: String) {
        let message = [UInt8]("muniment/v1/secret".utf8) + [0] + [UInt8](kind.utf8) + [0] + [UInt8]("s3cr3t-value".utf8)
        let key = [UInt8](repeating: 7, count: 32)
        #expect(HMAC256.authenticate(message, key: key).bytes == bytes(hex: mac))
    }
}
