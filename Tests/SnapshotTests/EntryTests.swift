import EventLog
import Identity
import Testing
import Wire

/// One example of every type of entry, in its stored bytes.
@Suite(.serialized) struct EntryTests {
    private static let folder = SnapshotFolder("entries")

    @Test func `every type of entry has an example, in exactly the bytes we write`() async throws {
        let later = try LaterEntries(after: await Scenario())
        let examples = try Self.examples(of: later.lines())
        for type in EventType.allCases {
            guard let bytes = examples[type] else {
                Issue.record("nothing writes \(type.rawValue): let the scenario, or the later entries, write one")
                continue
            }
            try Self.folder.expect(String(decoding: bytes, as: UTF8.self) + "\n", is: "\(type.rawValue).json")
        }
        try Self.folder.expect(names: Set(EventType.allCases.map { "\($0.rawValue).json" }))
    }

    @Test(.enabled(if: IndependentVerifier.isAvailable, "python3 is not installed"))
    func `the ledger that the examples come from verifies, here and by the verifier that shares no code`() async throws
    {
        let later = try LaterEntries(after: await Scenario())
        let report = later.verification()
        #expect(report.isOK, "\(report.problems)")
        try await IndependentVerifier.expectVerified(try later.lines(), later.notes)
    }

    @Test(arguments: EventType.allCases)
    func `a stored example is read and written alike`(type: EventType) throws {
        let bytes = try Self.folder.read("\(type.rawValue).json").dropLast()
        let entry = try Entry(decoding: Array(bytes))
        #expect(entry.type == type.rawValue)
        #expect((entry.class == .state) == type.isState)
        #expect(entry.encoded == Array(bytes))
    }

    /// Of each type the entry that shows most, the first of equals.
    private static func examples(of lines: [[UInt8]]) throws -> [EventType: [UInt8]] {
        var examples: [EventType: [UInt8]] = [:]
        for line in lines {
            let type = try #require(EventType.named(try Entry(decoding: line).type))
            if line.count > examples[type]?.count ?? 0 { examples[type] = line }
        }
        return examples
    }
}
