import Identity
import Testing
import Views
import Wire

/// A resource that was just folded is not read back from its row before the next start: what does not come back from a
/// row must show itself here.
struct RoundTripTests {
    @Test(arguments: Kind.allCases)
    func `a resource of every kind reads back from its row with all of its fields`(kind: Kind) throws {
        try kind.accept(RoundTrip())
    }
}

private struct RoundTrip: KindVisitor {
    func visit<R: Resource>(_ kind: R.Type) throws {
        var state = R()
        for field in R.fields {
            let usual = field.get(state)
            let other = Self.values(of: field.kind).first { value in
                field.set(&state, value) && value != usual && field.get(state) == value
            }
            #expect(other != nil, "\(R.noun).\(field.name) never holds anything but \(usual)")
        }
        let id = Identifier<R>(random: [UInt8](repeating: 1, count: 16))
        let (made, moved) = (Instant(seconds: 1_800_000_000), Instant(microseconds: 1_800_000_001_000_001))
        let tenant = Place.tenant(TenantID(random: [UInt8](repeating: 2, count: 16)))
        let partner = Place.partner(PartnerID(random: [UInt8](repeating: 3, count: 16)))
        let lives: [(Place, UInt64, Instant?, Place?, Place?)] = [
            (.platform, 0, nil, nil, nil), (partner, 1, moved, nil, tenant), (tenant, 7, nil, .platform, nil),
            (tenant, 2, moved, partner, .platform),
        ]
        for (place, epoch, deletedAt, suspendedFrom, deletedFrom) in lives {
            let folded = Versioned(
                id: id,
                place: place,
                version: 3,
                epoch: epoch,
                createdIndex: 5,
                createdAt: made,
                updatedAt: moved,
                deletedAt: deletedAt,
                suspendedFrom: suspendedFrom,
                deletedFrom: deletedFrom,
                state: state,
            )
            let read = try #require(Versioned<R>(row: folded.row))
            #expect(read.id == id && read.version == 3 && read.createdIndex == 5)
            #expect(read.place == place && read.epoch == epoch && read.suspendedFrom == suspendedFrom)
            #expect(read.deletedFrom == deletedFrom)
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
        case .limit, .seconds, .count: [7]
        case .scopes, .redirectURIs, .origins, .audiences, .recipients, .tools: [["one", "two"]]
        case .moment: ["2099-01-01T00:00:00.000000Z"]
        case .sealed: [[3, 1]]
        case .text, .lines, .name, .slug, .email, .object: ["a \"word\""]
        case .stored: ["a \"word\"", 7, ["one", "two"]]
        }
    }
}
