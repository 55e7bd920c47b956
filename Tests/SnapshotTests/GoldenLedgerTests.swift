import EventLog
import Identity
import OpenSSL
import Testing
import Views
import Wire

/// The golden ledger of format 1: it must replay for ever, whatever the software has become.
///
/// Its entries and checkpoints were written by the first version that had the format, and no version writes them anew.
@Suite(.serialized) struct GoldenLedgerTests {
    private static let folder = SnapshotFolder("ledger-v1")
    /// The one that was signed while the first checkpoint key and its successor overlapped, and the last.
    private static let checkpoints = ["checkpoint-handover", "checkpoint"]

    @Test func `L11 the golden ledger decodes, and its roots and signatures hold`() throws {
        let lines = try Self.stored()
        #expect(Set(try Self.folder.names()) == Set(Self.checkpoints + ["entries.ndjson", "views.json"]))
        let identity = try LedgerIdentity(genesis: Entry(decoding: lines[0]))
        var trusted = [identity.verifierKey]
        var range = CompactRange()
        var notes = try Self.checkpoints.map { name in
            try SignedNote(decoding: String(decoding: Self.folder.read(name), as: UTF8.self))
        }[...]
        for line in lines {
            let entry = try Entry(decoding: line)
            #expect(entry.index == range.size)
            #expect(entry.encoded == line)
            range.append(MerkleTree.leaf(line))
            if entry.type == CheckpointKeySubject.entry(.created).text {
                trusted.append(try VerifierKey(try #require(entry.data["verifier_key"]?.text)))
            }
            guard let note = notes.first, try Checkpoint(text: note.text).size == range.size else { continue }
            #expect(
                try Checkpoint(text: note.text)
                    == Checkpoint(origin: identity.origin, size: range.size, root: range.root)
            )
            // Two sign at a time, the older of them trusted already.
            #expect(trusted.suffix(2).allSatisfy { note.isSigned(by: $0) })
            notes.removeFirst()
        }
        #expect(notes.isEmpty, "a checkpoint of a size that the ledger never has")
        #expect(range.size == 134)
        #expect(Base64.encode(range.root.bytes) == "M88BzQ9vcw4vtuELstUR/yX2Y2d5JktDj8oNgNkNDVs=")
    }

    @Test func `L11 the golden ledger folds into the views it always led to`() throws {
        try Self.folder.expect(try Self.views(of: Self.stored()), is: "views.json")
    }

    @Test(.enabled(if: IndependentVerifier.isAvailable, "python3 is not installed"))
    func `the verifier that shares no code accepts the golden ledger`() async throws {
        let identity = try LedgerIdentity(genesis: Entry(decoding: Self.stored()[0]))
        try await IndependentVerifier.expectVerified(
            entries: Self.folder.path + "/entries.ndjson",
            checkpoints: Self.checkpoints.map { "\(Self.folder.path)/\($0)" },
            key: identity.verifierKey
        )
    }

    private static func stored() throws -> [[UInt8]] {
        let lines = try folder.read("entries.ndjson").split(separator: 0x0A, omittingEmptySubsequences: false)
        try #require(lines.last?.isEmpty == true, "the last line has no end")
        return lines.dropLast().map(Array.init)
    }

    /// The number of rows of every table that these entries lead to, and their sum.
    private static func views(of lines: [[UInt8]]) throws -> String {
        let folded = try FoldedLines(lines)
        let tables = try folded.views.tableHashes().map { table, total -> (String, JSON) in
            let sum: JSON = .string(Hex.encode(BigEndian.bytes(total.hash)))
            return (table, ["rows": .integer(Int64(total.rows)), "sum": sum])
        }
        let views: JSON = [
            "size": .integer(Int64(folded.range.size)), "root": .string(Base64URL.encode(folded.range.root.bytes)),
            "tables": .object(Members(tables)),
        ]
        return IndentedJSON(views.compact).text
    }
}
