import Identity
import Testing
import Views
import Wire

/// A resource that was just folded is not read back from its row before the next start: what does not come back from a
/// row must show itself here.
struct RoundTripTests {
    @Test(arguments: ResourceKind.allCases)
    func `a resource of every kind reads back from its row with all of its fields`(kind: ResourceKind) throws {
        switch kind {
        case .partner: try check(Partner.self)
        case .tenant: try check(Tenant.self)
        case .application: try check(Application.self)
        case .secret: try check(Secret.self)
        case .signingKey: try check(SigningKey.self)
        case .user: try check(User.self)
        case .role: try check(RoleGrant.self)
        case .token: try check(Token.self)
        }
    }

    private func check<R: Resource>(_ kind: R.Type) throws {
        var state = R()
        for field in R.fields {
            let usual = field.get(state)
            let other = Self.values(of: field.kind).first { value in
                field.set(&state, value)
                return value != usual && field.get(state) == value
            }
            #expect(other != nil, "\(R.noun).\(field.name) never holds anything but \(usual)")
        }
        let id = Identifier<R>(random: [UInt8](repeating: 1, count: 16))
        let (made, moved) = (Instant(seconds: 1_800_000_000), Instant(microseconds: 1_800_000_001_000_001))
        for deletedAt in [nil, moved] {
            let folded = Versioned(
                id: id,
                version: 3,
                createdIndex: 5,
                createdAt: made,
                updatedAt: moved,
                deletedAt: deletedAt,
                state: state,
            )
            let read = try #require(Versioned<R>(row: folded.row))
            #expect(read.id == id && read.version == 3 && read.createdIndex == 5)
            #expect(read.createdAt == made && read.updatedAt == moved && read.deletedAt == deletedAt)
            #expect(read.state.fieldValues == state.fieldValues)
        }
    }

    /// What a field of that kind may hold, and what such a field holds if nobody says so.
    private static func values(of kind: FieldKind) -> [JSON] {
        switch kind {
        case .choice(let choices): choices.reversed().map(JSON.string)
        case .identifier(let prefix, _): [.string(prefix + "_1")]
        case .flag: [true, false]
        case .limit, .seconds: [7]
        case .scopes, .redirectURIs, .origins: [["one", "two"]]
        case .sealed: [[3, 1]]
        case .text, .name, .slug, .email, .object: ["a \"word\""]
        case .stored: ["a \"word\"", 7, ["one", "two"]]
        }
    }
}
