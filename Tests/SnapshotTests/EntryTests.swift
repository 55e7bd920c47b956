import EventLog
import Identity
import Testing
import Views
import Wire

/// One example of every type of entry, in its stored bytes.
@Suite(.serialized) struct EntryTests {
    private static let folder = SnapshotFolder("entries")

    @Test func `every type of entry has an example, in exactly the bytes we write`() async throws {
        let later = try LaterEntries(after: await Scenario())
        let examples = try Self.examples(of: later.lines())
        for type in EntryType.allCases {
            guard let bytes = examples[type] else {
                Issue.record("nothing writes \(type.text): let the scenario, or the later entries, write one")
                continue
            }
            try Self.folder.expect(String(decoding: bytes, as: UTF8.self) + "\n", is: "\(type.text).json")
        }
        try Self.folder.expect(names: Set(EntryType.allCases.map { "\($0.text).json" }))
    }

    @Test func `two runs of the scenario do not differ in a byte`() async throws {
        let (first, second) = (try await Scenario(), try await Scenario())
        #expect(try first.lines() == second.lines())
        #expect(first.notes == second.notes)
    }

    @Test(.enabled(if: IndependentVerifier.isAvailable, "python3 is not installed"))
    func `the ledger that the examples come from verifies, here and by the verifier that shares no code`() async throws
    {
        let later = try LaterEntries(after: await Scenario())
        let report = later.verification()
        #expect(report.isOK, "\(report.problems)")
        try await IndependentVerifier.expectVerified(try later.lines(), later.notes)
    }

    @Test(arguments: EntryType.allCases.map(\.text))
    func `a stored example is read and written alike`(name: String) throws {
        let type = try #require(EntryType.named(name))
        let bytes = try Self.folder.read("\(type.text).json").dropLast()
        let entry = try Entry(decoding: Array(bytes))
        #expect(entry.type == type.text)
        #expect((entry.class == .state) == type.isState)
        #expect(entry.encoded == Array(bytes))
    }

    @Test func `what was restored is there again, and so is what stands below it, without an entry of its own`()
        async throws
    {
        let later = try LaterEntries(after: await Scenario())
        let views = try FoldedLines(later.lines()).views
        let restored = try later.lines().map { try Entry(decoding: $0) }.filter { $0.type.hasSuffix(".restored") }
        // The scenario's own, a kind each, then those that are appended to it.
        let own = Kind.allCases.compactMap { (try? $0.accept(RestoredInTenant())) ?? nil }
        #expect(
            restored.map(\.type) == own + [
                "role.restored", "application.restored", "tenant.restored", "partner.restored",
            ]
        )
        try views.read { snapshot in
            for entry in restored {
                let stream = try #require(entry.stream)
                #expect(try Self.lives(stream, snapshot), "\(stream)")
                #expect(try !Self.lives(stream, snapshot.at(entry.index - 1)), "\(stream)")
            }
            // The partner's tenant was deleted by the partner's entry alone, and is back by it.
            let partner = try #require(restored.last?.stream.flatMap { PartnerID($0) })
            let below = try snapshot.members(Tenant.self, in: .partner(partner), .all, limit: 10).items
            #expect(below.count == 1)
            for tenant in below { #expect(try snapshot.lives(.tenant(tenant.id))) }
        }
    }

    private static func lives(_ stream: String, _ reader: ViewSnapshot) throws -> Bool {
        let found: [Bool] = try Kind.allCases.compactMap { try $0.accept(LivesAs(stream: stream, reader: reader)) }
        try #require(found.count == 1, "\(stream) is of one kind")
        return found[0]
    }

    /// Of each type the entry that shows most, the first of equals.
    private static func examples(of lines: [[UInt8]]) throws -> [EntryType: [UInt8]] {
        var examples: [EntryType: [UInt8]] = [:]
        for line in lines {
            let type = try #require(EntryType.named(try Entry(decoding: line).type))
            if line.count > examples[type]?.count ?? 0 { examples[type] = line }
        }
        return examples
    }
}

/// The type that says that one of a kind is back; nil for kinds that stand elsewhere, or that nobody manages.
private struct RestoredInTenant: KindVisitor {
    func visit<R: Resource>(_ kind: R.Type) -> String? { nil }
    func visit<R: ManagedResource>(managed kind: R.Type) -> String? {
        R.standsIn.contains(.tenant) ? R.entry(.restored).text : nil
    }
}

/// Whether what has an identifier is active, as all above it is; nil where it is of another kind.
private struct LivesAs: KindVisitor {
    let stream: String
    let reader: ViewSnapshot

    func visit<R: Resource>(_ kind: R.Type) throws -> Bool? {
        guard let id = Identifier<R>(stream) else { return nil }
        guard let found = try reader.resource(id), found.state.status == .active else { return false }
        return try reader.lives(found.place)
    }
}
