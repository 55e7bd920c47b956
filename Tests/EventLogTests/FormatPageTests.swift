import EventLog
import OpenSSL
import Programs
import Storage
import Testing
import Wire

/// The page that genesis commits to is the one beside the code.
struct FormatPageTests {
    private static func page() throws -> [UInt8] {
        let folder = "\(Programs.project)/Sources/EventLog/EventLog.docc"
        return try #require(try SmallFiles(path: folder, access: .readOnly).read("LedgerFormat.md"))
    }

    @Test func `the page has the digest that genesis commits to`() throws {
        let page = try Self.page()
        #expect(SHA256Hash.hash(page) == LedgerFormat.pageDigest, "set LedgerFormat.pageDigestHex to this digest")
        #expect(LedgerFormat.pageDigest.description == LedgerFormat.pageDigestHex)
    }

    @Test func `a ledger that was begun under an earlier edition of the page opens, and breaks no rule`() throws {
        let earlier = Base64URL.encode(SHA256Hash.hash(Array("an earlier edition".utf8)).bytes)
        var ledger = try ForgedLedger(genesis: { text in
            text.replacing(Base64URL.encode(LedgerFormat.pageDigest.bytes), with: earlier)
        })
        try ledger.add(RuleTests.token)
        try ledger.sign()
        let genesis = try #require(try ledger.tables.environment.read { try ledger.tables.entry(0, $0) })
        #expect(try Entry(decoding: genesis).data["format"]?.text == earlier)
        #expect(ledger.verify().problems == [])
        #expect(try Opening(tables: ledger.tables, anchor: ledger.anchor).range.root == ledger.range.root)
    }

    @Test func `each of the page's actors is right or wrong as the page says`() throws {
        let page = String(decoding: try Self.page(), as: UTF8.self)
        let block = try #require(
            page.split(separator: "<!-- vector: actors -->\n```\n").last?.split(separator: "```").first
        )
        let rows = block.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2).map(String.init) }
        #expect(rows.count(where: { $0[0] == "right" }) > 3)
        #expect(rows.count(where: { $0[0] == "wrong" }) > 10)
        for row in rows {
            let segments = try #require(try JSON.parse(Array(row[2].utf8), as: .canonical).items)
            let items = segments.map { fields in
                let commitment = String(repeating: "A", count: 43)
                let names = String(decoding: fields.canonical, as: UTF8.self)
                return #"{"commitment":"\#(commitment)","fields":\#(names),"key":"k","subject":"platform"}"#
            }
            let sealed = items.isEmpty ? "" : #""sealed":[\#(items.joined(separator: ","))],"#
            var ledger = try ForgedLedger()
            try ledger.add(
                RuleTests.closed,
                rewrite: { text in
                    text.replacing(#"{"kind":"system"}"#, with: row[1])
                        .replacing(#""sequence""#, with: sealed + #""sequence""#)
                }
            )
            try ledger.sign()
            let problems = ledger.verify().problems
            // Without the keys, segments without rows are told too.
            let ofEntry = problems.filter { !$0.what.contains("segments under the key") }
            #expect((row[0] == "right") == ofEntry.isEmpty, "\(row): \(problems)")
        }
    }

    @Test(arguments: Medium.allCases)
    func `a directory tells its format, and a newer one is refused`(_ medium: Medium) throws {
        let place = try Place(medium)
        let folder = try place.folder("files")
        #expect(throws: LedgerFault.self) { try LedgerFormat.require(in: folder) }
        try LedgerFormat.write(in: folder)
        try LedgerFormat.require(in: folder)
        for text in [#"{"format":2,"lowest_reader":2}"#, "{}", "", "nonsense"] {
            try folder.write(LedgerFormat.fileName, Array((text + "\n").utf8))
            let fault = #expect(throws: LedgerFault.self) { try LedgerFormat.require(in: folder) }
            #expect(fault?.kind == .format)
        }
        try folder.write(LedgerFormat.fileName, Array((#"{"format":2,"lowest_reader":1}"# + "\n").utf8))
        try LedgerFormat.require(in: folder)
    }
}
