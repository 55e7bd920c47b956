import EventLog
import OpenSSL
import Storage
import Testing
import Wire
import Zstandard

/// What a restore does not believe, though every digest of the file holds: whoever alters a backup can compute those.
struct BackupTests {
    /// A whole backup as the contents of its blocks: the header, then the lines.
    private static func contents(_ ledger: TestLedger, from first: UInt64 = 0) throws -> (
        header: String, lines: [String]
    ) {
        var bytes: [UInt8] = []
        var backup = try LedgerBackup(
            of: ledger.tables,
            anchor: ledger.anchor,
            from: first,
            at: TestLedger.start,
            software: "muniment test",
            write: { bytes += $0 }
        )
        _ = try backup.run()
        var contents: [[UInt8]] = []
        var place = 0
        while place < bytes.count {
            let lengths = BigEndian.value(bytes, at: place + 16)
            let (frame, content) = (Int(lengths >> 32), Int(lengths & 0xFFFF_FFFF))
            if content > 0 {
                let packed = Array(bytes[(place + 56)..<(place + 56 + frame)])
                contents.append(try #require(Zstandard.decompress(packed, toBytes: content)))
            }
            place += 56 + frame
        }
        let lines = contents.dropFirst().joined().split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        return (String(decoding: contents[0], as: UTF8.self), lines)
    }

    private static func sealed(_ header: String, _ lines: [String]) -> [UInt8] {
        var chain = BackupChain()
        var bytes = chain.block(.beginning, Array(header.utf8))
        if !lines.isEmpty { bytes += chain.block(.lines, Array(lines.map { $0 + "\n" }.joined().utf8)) }
        return bytes + chain.block(.end, [])
    }

    @discardableResult
    private static func restore(_ files: [UInt8]..., until last: UInt64 = .max) throws -> (LedgerTables, UInt64) {
        let tables = try LedgerTables(try Environment(simulated: SimulatedDisk(seed: 5), name: "restored"))
        var restoration = LedgerRestoration(into: tables) { index, _ in index <= last }
        for file in files {
            var rest = file[...]
            try restoration.add { count in
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            }
        }
        return (tables, try restoration.finish().size)
    }

    /// A change of the lines, and what is said of it.
    struct Edit: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let says: String
        let act: @Sendable (inout String, inout [String]) throws -> Void

        init(_ name: String, says: String, _ act: @escaping @Sendable (inout String, inout [String]) throws -> Void) {
            (testDescription, self.says, self.act) = (name, says, act)
        }
    }

    private static func place(_ lines: [String], _ part: String) throws -> Int {
        try #require(lines.firstIndex { $0.contains(part) })
    }

    static let edits = [
        Edit("a letter of an entry", says: "do not have the root that was signed") { _, lines in
            let last = try place(lines, #""index":19"#)
            lines[last] = lines[last].replacing("tkn_9", with: "tkn_8")
        },
        Edit("a letter of an entry that another follows in its chain", says: "previous is not the leaf of entry 5") {
            _,
            lines in
            let early = try place(lines, #""index":5,"#)
            lines[early] = lines[early].replacing("tkn_1", with: "tkn_2")
        },
        Edit("two entries swapped", says: "entry 5: the entry says that its index is 6") { _, lines in
            try lines.swapAt(place(lines, #""index":5,"#), place(lines, #""index":6,"#))
        },
        Edit("an entry left out", says: "a segment stands behind its entry") { _, lines in
            try lines.remove(at: place(lines, #""index":5,"#))
        },
        Edit("the end left out", says: "entry 19 is missing") { _, lines in lines.removeLast() },
        Edit("an entry that is none", says: "entry 5: ") { _, lines in
            lines[try place(lines, #""index":5,"#)] = #"{"actor":{"kind":"system"}}"#
        },
        Edit("a segment left out", says: "are gone, and nothing erased them") { _, lines in
            try lines.remove(at: place(lines, #""segment":"#))
        },
        Edit("a segment twice", says: "in the order of the ordinals") { _, lines in
            let place = try place(lines, #""segment":"#)
            lines.insert(lines[place], at: place)
        },
        Edit("a segment of an entry that has none", says: "there is a segment 0 that the entry does not have") {
            _,
            lines in
            let place = try place(lines, #""index":5,"#)
            lines.insert(#"{"index":5,"ordinal":0,"segment":"AAAA"}"#, at: place + 1)
        },
        Edit("another edge", says: "a block begins with the edge of the tree") { _, lines in
            lines[0] = #"{"edge":["AAAA"],"first":0}"#
        },
        Edit("a signature of nobody", says: "is not signed by a key of the ledger") { header, _ in
            let note = try SignedNote(decoding: #require(JSON.parse(Array(header.dropLast().utf8))["checkpoint"]?.text))
            let stranger = try Ed25519Key(seed: [UInt8](repeating: 3, count: 32))
            let forged = try Checkpoint(text: note.text).signed(by: [stranger])
            header = header.replacing(
                try JSON.string(note.encoded).text(),
                with: try JSON.string(forged.encoded).text()
            )
        },
    ]

    @Test(arguments: edits)
    func `an edit under digests that hold is refused`(_ edit: Edit) throws {
        var (header, lines) = try Self.contents(.populated())
        try Self.restore(Self.sealed(header, lines))
        try edit.act(&header, &lines)
        let fault = try #require(throws: BackupFault.self) { try Self.restore(Self.sealed(header, lines)) }
        #expect("\(fault)".contains(edit.says), "\(fault)")
    }

    @Test func `what is restored is the ledger, row by row, and goes on from an increment`() throws {
        let ledger = try TestLedger.populated()
        let (header, lines) = try Self.contents(ledger)
        try ledger.write([TestLedger.tokenIssued(100)])
        try ledger.sign()
        let (later, more) = try Self.contents(ledger, from: 7)
        let (tables, size) = try Self.restore(Self.sealed(header, lines), Self.sealed(later, more))
        #expect(size == 21)
        let original = ledger.tables
        for (restored, table) in [
            (tables.state, original.state), (tables.activity, original.activity), (tables.hashes, original.hashes),
            (tables.segments, original.segments), (tables.chains, original.chains), (tables.streams, original.streams),
        ] {
            #expect(try Self.rows(tables, restored) == Self.rows(original, table), "\(table.name)")
        }
        let report = Verification(tables: tables, keys: ledger.keys, anchor: ledger.anchor).run()
        #expect(report.isOK && report.opened == 3 && report.erased == 1, "\(report.problems)")
    }

    @Test func `what is cut off is checked too, and a cut never parts a command`() throws {
        let ledger = try TestLedger.populated()
        let (header, lines) = try Self.contents(ledger)
        for last in UInt64(0)..<20 {
            let (tables, size) = try Self.restore(Self.sealed(header, lines), until: last)
            let entry = try Entry(decoding: #require(try tables.environment.read { try tables.entry(size - 1, $0) }))
            #expect(entry.batch.map { $0.position == $0.count } ?? true)
            #expect(size <= last + 1)
            #expect(Verification(tables: tables, keys: nil, anchor: nil).run().isOK)
        }
        var spoiled = lines
        spoiled[spoiled.count - 1] = spoiled[spoiled.count - 1].replacing("tkn_9", with: "tkn_8")
        #expect(throws: BackupFault.self) { try Self.restore(Self.sealed(header, spoiled), until: 3) }
    }

    private static func rows(_ tables: LedgerTables, _ table: Table) throws -> [[UInt8]] {
        var rows: [[UInt8]] = []
        try tables.environment.read { reader in
            try reader.scan(table) { key, value in
                rows.append(key.copied + value.copied)
                return true
            }
        }
        return rows
    }
}

extension JSON {
    fileprivate func text() throws -> String { String(decoding: canonical, as: UTF8.self) }
}
