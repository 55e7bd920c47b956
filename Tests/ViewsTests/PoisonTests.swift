import Identity
import Testing
import Views
import Wire

/// An entry that does not follow from those before it stops the fold, and says which it was.
struct PoisonTests {
    struct Bad: CustomTestStringConvertible {
        let testDescription: String
        let type: EntryType
        let stream: String?
        let version: UInt64?
        let data: Members
        var chain = "platform"
    }

    @Test(arguments: [
        Bad(
            testDescription: "an update of nothing",
            type: Partner.entry(.updated),
            stream: "prt_x",
            version: 1,
            data: [:]
        ),
        Bad(testDescription: "no stream", type: Partner.entry(.created), stream: nil, version: 1, data: [:]),
        Bad(
            testDescription: "another kind's stream",
            type: Partner.entry(.created),
            stream: "tnt_x",
            version: 1,
            data: [:]
        ),
        Bad(testDescription: "no version", type: Partner.entry(.created), stream: "prt_x", version: nil, data: [:]),
        Bad(
            testDescription: "a version left out",
            type: Partner.entry(.created),
            stream: "prt_x",
            version: 2,
            data: [:]
        ),
        Bad(
            testDescription: "an unknown field",
            type: Partner.entry(.created),
            stream: "prt_x",
            version: 1,
            data: ["colour": "red"]
        ),
        Bad(
            testDescription: "a slug that is another's",
            type: Partner.entry(.created),
            stream: "prt_x",
            version: 1,
            data: ["slug": "acme"]
        ),
        Bad(
            testDescription: "a value of another kind",
            type: Partner.entry(.created),
            stream: "prt_x",
            version: 1,
            data: ["max_tenants": "three"]
        ),
        Bad(
            testDescription: "a sealed value in clear",
            type: Partner.entry(.created),
            stream: "prt_x",
            version: 1,
            data: ["contact_email": "a@acme.example"]
        ),
        Bad(
            testDescription: "a chain that is none",
            type: Partner.entry(.created),
            stream: "prt_x",
            version: 1,
            data: [:],
            chain: "nowhere"
        ),
        Bad(
            testDescription: "a return of what never was",
            type: Partner.entry(.restored),
            stream: "prt_x",
            version: 1,
            data: [:]
        ),
    ])
    func `L15 poison names the entry and its type`(bad: Bad) throws {
        let world = try World()
        let transaction = try world.store.beginTransaction()
        var entry = FoldedEntry(
            index: world.ledger.size,
            type: bad.type,
            recordedAt: world.ledger.now,
            chain: bad.chain
        )
        (entry.stream, entry.version, entry.data) = (bad.stream, bad.version, bad.data)
        let poison = try #require(throws: Poison.self) { try transaction.fold(entry) }
        #expect(poison.index == world.ledger.size)
        #expect(poison.type == bad.type.text)
    }

    /// Entries of a tenant that lives or was deleted, of which each is whole by itself.
    @Test(
        arguments: [
            (.created, [:], .living), (.created, [:], .deleted), (.restored, [:], .living),
            (.updated, ["status": "DELETED"], .living), (.updated, ["name": "Ghost"], .deleted),
            (.deleted, [:], .deleted), (.restored, ["status": "DELETED"], .deleted),
            (.transferred, ["from": "prt_x", "to": "prt_y"], .living), (.transferred, ["to": "prt_y"], .living),
        ] as [(Tenant.Verb, Members, Life)]
    )
    func `L15 what does not follow from the state before it is poison`(verb: Tenant.Verb, data: Members, life: Life)
        throws
    {
        var world = try World()
        let (tenant, chain) = (world.tenant, Place.tenant(world.tenant))
        if life == .deleted { try world.write(Tenant.event(.deleted, tenant, in: chain)) }
        let transaction = try world.store.beginTransaction()
        let entry = world.ledger.entries([Tenant.event(verb, tenant, in: chain, data: data)])[0]
        let poison = try #require(throws: Poison.self) { try transaction.fold(entry) }
        #expect(poison.index == world.ledger.size)
        #expect(poison.type == "tenant." + verb.rawValue)
        transaction.undo()
        #expect(try transaction.resource(tenant)?.state.life == life)
    }
}
