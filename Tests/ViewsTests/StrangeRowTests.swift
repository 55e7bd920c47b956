import Identity
import Testing
import Views
import Wire

/// Values that no row and no attestation of ours holds, in the place of those that they do.
struct StrangeRowTests {
    @Test(arguments: ["[-3,0]", "[3,-1]", "[3]", "[]", "[3,0,0]", "[9007199254740992,0]"])
    func `a row that points to a segment before the ledger is no row`(place: String) throws {
        var user = User()
        let email = try #require(User.field("email"))
        #expect(email.set(&user, [3, 0]))
        let row = Versioned<User>(
            id: UserID(random: [UInt8](repeating: 1, count: 16)),
            place: .platform,
            version: 1,
            createdIndex: 3,
            createdAt: Instant(seconds: 1_800_000_000),
            updatedAt: Instant(seconds: 1_800_000_000),
            state: user
        ).row
        #expect(Versioned<User>(row: row)?.row == row)
        let strange = String(decoding: row, as: UTF8.self).replacing("[3,0]", with: place)
        #expect(Versioned<User>(row: Array(strange.utf8)) == nil)
    }

    @Test(arguments: [
        ("\"epoch\":2", "\"epoch\":0"), ("\"epoch\":2", "\"epoch\":-2"), ("\"epoch\":2", "\"epoch\":\"2\""),
        ("\"place\":\"platform\"", "\"place\":\"nowhere\""), ("\"place\":\"platform\"", "\"place\":\"usr_1\""),
        ("\"suspended_from\":\"prt_1\"", "\"suspended_from\":\"\""),
        ("\"suspended_from\":\"prt_1\"", "\"suspended_from\":null"),
        ("\"deleted_from\":\"tnt_1\"", "\"deleted_from\":\"tnt_\""),
        ("\"status\":\"SUSPENDED\"", "\"status\":\"suspended\""),
        ("\"status\":\"SUSPENDED\"", "\"status\":null"), ("\"version\":1", "\"version\":0"),
        ("\"must_change_password\":false", "\"must_change_password\":0"),
    ])
    func `a row that says what no resource of ours is says nothing`(usual: String, strange: String) throws {
        var user = User()
        let email = try #require(User.field("email"))
        #expect(email.set(&user, [3, 0]))
        user.status = .suspended
        let row = Versioned<User>(
            id: UserID(random: [UInt8](repeating: 1, count: 16)),
            place: .platform,
            version: 1,
            epoch: 2,
            createdIndex: 3,
            createdAt: Instant(seconds: 1_800_000_000),
            updatedAt: Instant(seconds: 1_800_000_000),
            suspendedFrom: Place("prt_1"),
            deletedFrom: Place("tnt_1"),
            state: user
        ).row
        #expect(Versioned<User>(row: row)?.row == row)
        let text = String(decoding: row, as: UTF8.self)
        try #require(text.contains(usual))
        #expect(Versioned<User>(row: Array(text.replacing(usual, with: strange).utf8)) == nil)
    }

    @Test func `an attestation of a size that there cannot be is none`() throws {
        let world = try World()
        let transaction = try world.store.beginTransaction()
        var data = try transaction.attestation().data
        #expect(ViewAttestation(data) != nil)
        data["at"] = -1
        #expect(ViewAttestation(data) == nil)
    }
}
