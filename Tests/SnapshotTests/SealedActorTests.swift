import Engine
import EventLog
import Identity
import Testing
import Wire

/// A ledger in which people act from above, as it is handed over.
struct SealedActorTests {
    private static let people = ["usr_ofThePartner", "usr_ofThePlatform"]

    /// One person of the partner and one of the platform change a tenant of it, and read it.
    private static func write(_ session: Session, _ platform: Platform) async throws {
        let tenant = try #require(TenantID(platform.tenants[0]))
        for (person, home) in zip(people, [platform.msp, "platform"]) {
            let actor = Actor(
                kind: .user,
                id: person,
                home: home,
                session: "ses_1",
                assurance: Actor.Assurance(
                    level: .multi,
                    methods: ["pwd", "otp"],
                    at: session.ground.clock.world.wall()
                )
            )
            let request = Caller.Request(
                id: "req_p",
                endpoint: "tenants.update",
                address: "198.51.100.7",
                reason: "asked by ticket 14"
            )
            let place = try #require(Place(home))
            let caller = Caller(actor: actor, credential: .machine, home: place, request: request)
            let changes = try Changes<Tenant>(["name": .string("Renamed by \(home)")], for: .update)
            let change = Change<Tenant>(tenant) { context in
                try Tenant.update(tenant, changes, ifVersion: nil, by: context.authority, facts: context.facts)
            }
            _ = try await session.instance.perform(change, by: caller)
            try await session.instance.record(Event(Tenant.entry(.read), chain: .tenant(tenant)), by: caller)
        }
    }

    private static func lines(_ instance: Instance, opening keys: KeyStore?) throws -> [[UInt8]] {
        var export = ExportLines(instance.tables, 0..<instance.status.size, opening: keys)
        var bytes: [UInt8] = []
        while let page = try export.nextPage() { bytes += page }
        return bytes.split(separator: 0x0A).map(Array.init)
    }

    @Test(.enabled(if: IndependentVerifier.isAvailable, "python3 is not installed"))
    func `it verifies here and by the verifier that shares no code, with openings and without`() async throws {
        let (session, platform) = try await Session.withPlatform()
        try await Self.write(session, platform)
        try await session.close()
        let instance = session.instance
        let report = Verification(tables: instance.tables, keys: instance.keys, anchor: nil).run()
        #expect(report.isOK, "\(report.problems)")
        let note = try #require(instance.checkpoint)
        for keys in [nil, instance.keys] {
            let lines = try Self.lines(instance, opening: keys)
            let openings = lines.filter { String(decoding: $0, as: UTF8.self).contains(#""plaintext""#) }
            #expect(openings.isEmpty == (keys == nil))
            try await IndependentVerifier.expectVerified(lines, [note])
        }
    }

    @Test func `the tenant's own chain shows that people from above acted, and not who`() async throws {
        let (session, platform) = try await Session.withPlatform()
        try await Self.write(session, platform)
        try await session.close()
        let entries = try Self.lines(session.instance, opening: nil).map { try Entry(decoding: $0) }
        let chain = entries.filter { $0.chain == platform.tenants[0] }
        let people = chain.filter { $0.actor.kind == .user }
        #expect(people.map(\.actor.home) == [platform.msp, platform.msp, "platform", "platform"])
        for entry in chain {
            let text = String(decoding: entry.encoded, as: UTF8.self)
            for word in Self.people + ["ses_1", "198.51.100.7", "ticket"] { #expect(!text.contains(word), "\(word)") }
        }
    }
}
