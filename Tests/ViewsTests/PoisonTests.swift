import Identity
import Testing
import Views
import Wire

/// An entry that does not follow from those before it stops the fold, and says which it was.
struct PoisonTests {
    struct Bad: CustomTestStringConvertible {
        let testDescription: String
        let type: EventType
        let stream: String?
        let version: UInt64?
        let data: Members
    }

    @Test(arguments: [
        Bad(testDescription: "an update of nothing", type: .partnerUpdated, stream: "prt_x", version: 1, data: [:]),
        Bad(testDescription: "no stream", type: .partnerCreated, stream: nil, version: 1, data: [:]),
        Bad(testDescription: "another kind's stream", type: .partnerCreated, stream: "tnt_x", version: 1, data: [:]),
        Bad(testDescription: "no version", type: .partnerCreated, stream: "prt_x", version: nil, data: [:]),
        Bad(testDescription: "a version left out", type: .partnerCreated, stream: "prt_x", version: 2, data: [:]),
        Bad(
            testDescription: "an unknown field",
            type: .partnerCreated,
            stream: "prt_x",
            version: 1,
            data: ["colour": "red"]
        ),
        Bad(
            testDescription: "a slug that is another's",
            type: .partnerCreated,
            stream: "prt_x",
            version: 1,
            data: ["slug": "acme"]
        ),
    ])
    func `L15 poison names the entry and its type`(bad: Bad) throws {
        let world = try World()
        let draft = try world.store.draft()
        var entry = FoldedEntry(
            index: world.ledger.size,
            type: bad.type,
            recordedAt: world.ledger.now,
            chain: "platform"
        )
        (entry.stream, entry.version, entry.data) = (bad.stream, bad.version, bad.data)
        let poison = try #require(throws: Poison.self) { try draft.fold(entry) }
        #expect(poison.index == world.ledger.size)
        #expect(poison.type == bad.type.rawValue)
    }
}
