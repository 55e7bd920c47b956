import EventLog
import OpenSSL
import Storage
import Testing

/// What is remembered outside of the ledger.
struct AnchorTests {
    @Test(arguments: Medium.allCases)
    func `a hint and a checkpoint are read back`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        #expect(try ledger.anchor.head() == Anchor.HeadHint(size: 20, root: ledger.writer.range.root))
        #expect(try ledger.anchor.checkpoint()?.isSigned(by: ledger.identity.verifierKey) == true)
    }

    @Test(arguments: Medium.allCases)
    func `an anchor is nobody's until it is tied, and then the last one's`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        #expect(try ledger.anchor.owner() == nil)
        for name in ["the first", "another"] {
            try ledger.anchor.tie(to: name)
            #expect(try ledger.anchor.owner() == name)
        }
    }

    @Test func `a hint that is torn anywhere is ignored`() throws {
        let ledger = try TestLedger.populated()
        let folder = try ledger.place.folder("anchor")
        let whole = try #require(try folder.read(Anchor.headName))
        for count in 0..<(whole.count - 1) {
            try folder.write(Anchor.headName, Array(whole.prefix(count)))
            #expect(try ledger.anchor.head() == nil, "\(count) bytes")
            #expect(try ledger.open().range == ledger.writer.range)
        }
        for place in 0..<(whole.count - 1) {
            var altered = whole
            altered[place] ^= 1
            try folder.write(Anchor.headName, altered)
            #expect(try ledger.anchor.head() == nil, "byte \(place)")
        }
        #expect(ledger.verify().isOK)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `a power cut leaves an old hint, a new one, or none`(seed: UInt64) throws {
        let disk = SimulatedDisk(seed: seed)
        let old = Anchor.HeadHint(size: 9, root: SHA256Hash.hash([1]))
        let new = Anchor.HeadHint(size: 1_000, root: SHA256Hash.hash([2]))
        let anchor = Anchor(folder: try SmallFiles(simulated: disk, prefix: "anchor"))
        try anchor.hint(old)
        try anchor.hint(new)
        disk.crash()
        let found = try Anchor(folder: try SmallFiles(simulated: disk, prefix: "anchor")).head()
        #expect(found == nil || found == old || found == new, "seed \(seed)")
    }
}
