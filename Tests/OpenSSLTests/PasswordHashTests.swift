import OpenSSL
import Testing

struct PasswordHashTests {
    private static let cheap = PasswordHash.Cost(memoryKiB: 256, passes: 2, lanes: 1)
    private static let known = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
    private static let knownTwoLanes =
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"

    private let password = [UInt8]("password".utf8)
    private let salt = [UInt8]("somesalt".utf8)

    /// The test suite of the reference implementation.
    @Test func `known hashes come out`() throws {
        let twoLanes = PasswordHash.Cost(memoryKiB: 256, passes: 2, lanes: 2)
        #expect(try PasswordHash.hash(password, salt: salt, cost: PasswordHashTests.cheap) == PasswordHashTests.known)
        #expect(try PasswordHash.hash(password, salt: salt, cost: twoLanes) == PasswordHashTests.knownTwoLanes)
    }

    @Test(arguments: [known, knownTwoLanes])
    func `the password proves itself, and no other does`(phc: String) {
        #expect(PasswordHash.verify(password, against: phc))
        for other in ["", "passwor", "password ", "Password", "password\u{0}"] {
            #expect(!PasswordHash.verify([UInt8](other.utf8), against: phc))
        }
    }

    @Test func `any bytes may be a password`() throws {
        for password in [[], [0], [0, 1], [0xff, 0xfe], [UInt8](repeating: 97, count: 2000)] as [[UInt8]] {
            let phc = try PasswordHash.hash(password, salt: secureRandom(16), cost: PasswordHashTests.cheap)
            #expect(PasswordHash.verify(password, against: phc))
            #expect(!PasswordHash.verify(password + [0], against: phc))
        }
    }

    @Test func `the interactive cost is told by the hash`() throws {
        let phc = try PasswordHash.hash(password, salt: secureRandom(PasswordHash.saltBytes), cost: .interactive)
        #expect(phc.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(PasswordHash.Cost(phc: phc) == .interactive)
        #expect(PasswordHash.verify(password, against: phc))
    }

    @Test(
        arguments: [
            "", "password", "$argon2id$", String(known.dropLast()), known + "A", known + "$",
            known.replacing("argon2id", with: "argon2i"), known.replacing("v=19", with: "v=16"),
            known.replacing("m=256", with: "m=255"), known.replacing("m=256", with: "m="),
            known.replacing("m=256", with: "m=-256"), known.replacing("m=256", with: "m=99999999999999999999"),
            known.replacing("nf65", with: "nf66"), known.replacing("c29t", with: "c29u"),
            known.replacing("t=2,", with: ""), known.replacing("$m=", with: "$$m="),
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        ]
    )
    func `a text that is not this hash is nobody's password`(phc: String) {
        #expect(!PasswordHash.verify(password, against: phc))
    }

    @Test(arguments: ["m=1048577,t=2,p=1", "m=256,t=17,p=1", "m=256,t=2,p=17", "m=7,t=2,p=1", "m=256,t=0,p=1"])
    func `a text that asks for too much or too little is nobody's password`(settings: String) throws {
        let phc = PasswordHashTests.known.replacing("m=256,t=2,p=1", with: settings)
        let cost = try #require(PasswordHash.Cost(phc: phc))
        #expect(!cost.isAcceptable)
        #expect(!PasswordHash.verify(password, against: phc))
        #expect(throws: CryptoFault.self) { try PasswordHash.hash(password, salt: salt, cost: cost) }
    }

    @Test(arguments: [0, 7, 65])
    func `a salt of another size is refused`(count: Int) {
        #expect(throws: CryptoFault.self) {
            try PasswordHash.hash(
                password,
                salt: [UInt8](repeating: 1, count: count),
                cost: PasswordHashTests.cheap
            )
        }
    }
}
