import EventLog
import Glibc
import OpenSSL
import Programs
import Storage
import Testing
import Wire

/// A ledger as lines: the stored bytes, the removed, and the openings.
struct ExportTests {
    static func lines(_ ledger: TestLedger, _ range: Range<UInt64>, opening: Bool = false) throws -> [UInt8] {
        var export = ExportLines(ledger.tables, range, opening: opening ? ledger.keys : nil)
        var lines: [UInt8] = []
        while let page = try export.nextPage() { lines += page }
        return lines
    }

    @Test(arguments: [0..<20, 3..<7, 5..<5, 19..<20, 19..<1_000, 30..<40] as [Range<UInt64>])
    func `lines are exactly the stored bytes, each with its line feed`(_ range: Range<UInt64>) throws {
        let ledger = try TestLedger.populated()
        var expected: [UInt8] = []
        for index in range where index < 20 { expected += try ledger.bytes(index) + [0x0A] }
        #expect(try Self.lines(ledger, range) == expected)
    }

    @Test func `openings follow their entry, in order, and say what erased them`() throws {
        let ledger = try TestLedger.populated()
        let text = String(decoding: try Self.lines(ledger, 0..<20, opening: true), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 24)
        let openings = lines.filter { !$0.contains(#""v":1"#) }
        #expect(lines[8].hasPrefix(#"{"index":7,"ordinal":0,"plaintext":""#))
        #expect(lines[9].hasPrefix(#"{"index":7,"ordinal":1,"plaintext":""#))
        #expect(openings[2] == #"{"erased_by":16,"index":15,"ordinal":0}"#)
        #expect(openings[3].hasPrefix(#"{"index":15,"ordinal":1,"plaintext":""#))
        let opening = try JSON.parse(Array(openings[0].utf8), as: .canonical)
        let plaintext = try Base64URL.decode(try #require(opening["plaintext"]?.text))
        #expect(Segment.fields(plaintext)?["first_name"] == "Zoë")
    }

    @Test func `a removed entry is a line of its leaf and what covers it`() throws {
        let ledger = try RetentionTests.ledger()
        for index in 1...6 as ClosedRange<UInt64> { try ledger.remove(index, by: 11) }
        var export = ExportLines(ledger.tables, 2..<3)
        let leaf = try ledger.tables.environment.read { try ledger.tables.hash(level: 0, 2, $0) }
        let line = #"{"index":2,"leaf":"\#(Base64URL.encode(leaf.bytes))","removed_by":11}"# + "\n"
        #expect(try export.nextPage() == Array(line.utf8))
        #expect(try export.nextPage() == nil)
    }

    @Test func `a missing entry is damage, not a shorter export`() throws {
        let ledger = try TestLedger.populated()
        _ = try ledger.tamper { try $0.delete(ledger.tables.activity, UInt64(6).key) }
        let fault = #expect(throws: LedgerFault.self) { try Self.lines(ledger, 0..<20) }
        #expect(fault?.index == 6)
    }

    /// Runs the verifier over files of these names in the place's folder; its exit status.
    static func verify(_ place: Place, _ checkpoint: SignedNote, _ lines: [UInt8], key: VerifierKey) async throws
        -> Int32
    {
        let files = try place.folder("files")
        try files.write("entries", lines)
        try files.write("checkpoint", Array(checkpoint.encoded.utf8))
        let words = ["--entries", place.path("files", "entries"), "--checkpoint", place.path("files", "checkpoint")]
        return try await Programs.verify(words + ["--key", key.description]).status
    }

    @Test(.enabled(if: Programs.isInstalled("python3"), "python3 is not installed"))
    func `the verifier that shares no code accepts what we print, and refuses what we did not`() async throws {
        let ledger = try TestLedger.populated(.fileSystem)
        let note = try #require(try ledger.anchor.checkpoint())
        let key = ledger.identity.verifierKey
        for opening in [false, true] {
            let lines = try Self.lines(ledger, 0..<20, opening: opening)
            #expect(try await Self.verify(ledger.place, note, lines, key: key) == 0)
            var altered = lines
            altered[lines.count / 2] ^= 1
            #expect(try await Self.verify(ledger.place, note, altered, key: key) == 1)
        }
        let other = VerifierKey(name: ledger.identity.origin, publicKey: Ed25519Key().publicKey)
        #expect(try await Self.verify(ledger.place, note, try Self.lines(ledger, 0..<20), key: other) == 1)
    }

    @Test(.enabled(if: Programs.isInstalled("python3"), "python3 is not installed"))
    func `it accepts what retention left, too`() async throws {
        let ledger = try RetentionTests.ledger()
        for index in 1...6 as ClosedRange<UInt64> { try ledger.remove(index, by: 11) }
        var export = ExportLines(ledger.tables, 0..<13)
        let (lines, note) = (try #require(try export.nextPage()), try #require(try ledger.anchor.checkpoint()))
        let place = try Place(.fileSystem)
        #expect(try await Self.verify(place, note, lines, key: ledger.identity.verifierKey) == 0)
    }
}
