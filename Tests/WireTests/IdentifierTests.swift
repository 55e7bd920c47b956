import Testing
import Wire

struct IdentifierTests {
    enum Tenant: Prefixed {
        static let prefix = "tnt"
    }

    @Test(arguments: [
        "tnt_a", "tnt_4fzO9cYyR0mCqCYrN5v8gA", "tnt_-", "tnt__", "tnt_tnt_a",
        "tnt_" + String(repeating: "x", count: 64),
    ])
    func `an identifier is read as it is written`(text: String) throws {
        let identifier = try #require(Identifier<Tenant>(text))
        #expect(identifier.text == text)
        #expect("\(identifier)" == text)
    }

    @Test(arguments: [
        "", "tnt", "tnt_", "tnta", "tnt-a", "usr_a", "TNT_a", "tnt_a b", "tnt_a.b", "tnt_a/b", "tnt_a\n", " tnt_a",
        "tnt_é", "tnt_e\u{301}", "tnt_a%", "tnt_" + String(repeating: "x", count: 65), "tntx_a", "tn_a", "tnt_\u{00}",
    ])
    func `what is no identifier of the kind is refused`(text: String) {
        #expect(Identifier<Tenant>(text) == nil)
    }

    @Test func `random bytes become twenty-two characters`() throws {
        let identifier = Identifier<Tenant>(random: (0..<16).map { UInt8($0 * 16 + 15) })
        #expect(identifier.text == "tnt_Dx8vP09fb3-Pn6-_z9_v_w")
        #expect(Identifier<Tenant>(identifier.text) == identifier)
        #expect(Identifier<Tenant>(random: [UInt8](repeating: 0, count: 16)).text == "tnt_AAAAAAAAAAAAAAAAAAAAAA")
    }

    @Test(arguments: [(UInt8(0), "tnt_10000000000000000"), (255, "tnt_96744073709551615")])
    func `a numbered identifier has seventeen digits, of which the first is not zero`(byte: UInt8, text: String) {
        let identifier = Identifier<Tenant>(numberedBy: [UInt8](repeating: byte, count: 8))
        #expect(identifier.text == text)
        #expect(Identifier<Tenant>(text) == identifier)
    }

    @Test func `identifiers sort by their bytes and serve as keys`() throws {
        let texts = ["tnt_-", "tnt_0", "tnt_A", "tnt_AA", "tnt_Z", "tnt__", "tnt_a"]
        let identifiers = try texts.map { try #require(Identifier<Tenant>($0)) }
        #expect(identifiers.reversed().sorted().map(\.text) == texts)
        #expect(Set(identifiers + identifiers).count == texts.count)
    }

    @Test func `fewer random bytes are a mistake of the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Identifier<Tenant>(random: [1, 2, 3])
        }
    }
}
