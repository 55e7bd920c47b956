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
        email.set(&user, [3, 0])
        let row = Versioned<User>(
            id: UserID(random: [UInt8](repeating: 1, count: 16)),
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

    @Test func `an attestation of a size that there cannot be is none`() throws {
        let world = try World()
        let draft = try world.store.draft()
        var data = try draft.attestation().data
        #expect(ViewAttestation(data) != nil)
        data["at"] = -1
        #expect(ViewAttestation(data) == nil)
    }
}
