import EventLog
import Glibc
import OpenSSL
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

    /// The verifier that shares no code with us, in the folder of tools at the top of the repository.
    static let verifier = #filePath.replacing("Tests/EventLogTests/ExportTests.swift", with: "Tools/verify_ledger.py")

    /// Runs the verifier over files of these names in the place's folder; its exit status.
    static func verify(_ place: Place, _ checkpoint: SignedNote, _ lines: [UInt8], key: VerifierKey) throws -> Int32 {
        let files = try place.folder("files")
        try files.write("entries", lines)
        try files.write("checkpoint", Array(checkpoint.encoded.utf8))
        return try run([
            "/usr/bin/env", "python3", verifier, "--entries", place.path("files", "entries"), "--checkpoint",
            place.path("files", "checkpoint"), "--key", key.description,
        ])
    }

    private static func run(_ words: [String]) throws -> Int32 {
        var process = pid_t()
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        let code = unsafe posix_spawn(&process, words[0], nil, nil, &arguments, environ)
        try #require(code == 0)
        var status: Int32 = 0
        try #require(unsafe waitpid(process, &status, 0) == process)
        return status >> 8 & 0xFF
    }

    @Test(.enabled(if: unsafe access(verifier, R_OK) == 0 && access("/usr/bin/python3", X_OK) == 0))
    func `the verifier that shares no code accepts what we print, and refuses what we did not`() throws {
        let ledger = try TestLedger.populated(.fileSystem)
        let note = try #require(try ledger.anchor.checkpoint())
        let key = ledger.identity.verifierKey
        for opening in [false, true] {
            let lines = try Self.lines(ledger, 0..<20, opening: opening)
            #expect(try Self.verify(ledger.place, note, lines, key: key) == 0)
            var altered = lines
            altered[lines.count / 2] ^= 1
            #expect(try Self.verify(ledger.place, note, altered, key: key) == 1)
        }
        let other = VerifierKey(name: ledger.identity.origin, publicKey: Ed25519Key().publicKey)
        #expect(try Self.verify(ledger.place, note, try Self.lines(ledger, 0..<20), key: other) == 1)
    }

    @Test(.enabled(if: unsafe access(verifier, R_OK) == 0 && access("/usr/bin/python3", X_OK) == 0))
    func `it accepts what retention left, too`() throws {
        let ledger = try RetentionTests.ledger()
        for index in 1...6 as ClosedRange<UInt64> { try ledger.remove(index, by: 11) }
        var export = ExportLines(ledger.tables, 0..<13)
        let (lines, note) = (try #require(try export.nextPage()), try #require(try ledger.anchor.checkpoint()))
        let place = try Place(.fileSystem)
        #expect(try Self.verify(place, note, lines, key: ledger.identity.verifierKey) == 0)
    }
}
