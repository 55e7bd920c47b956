import EventLog
import OpenSSL
import Programs
import Storage
import Testing
import Wire

/// The page that genesis commits to is the one beside the code.
struct FormatPageTests {
    @Test func `the page has the digest that genesis commits to`() throws {
        let folder = "\(Programs.project)/Sources/EventLog/EventLog.docc"
        let page = try #require(try SmallFiles(path: folder, access: .readOnly).read("LedgerFormat.md"))
        #expect(SHA256Hash.hash(page) == LedgerFormat.pageDigest, "set LedgerFormat.pageDigestHex to this digest")
        #expect(LedgerFormat.pageDigest.description == LedgerFormat.pageDigestHex)
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
