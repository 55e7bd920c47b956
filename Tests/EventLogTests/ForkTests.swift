import EventLog
import OpenSSL
import Storage
import Testing
import Wire

/// The name under which a ledger signs, and what its opening makes of a fork.
struct ForkTests {
    private static func fork(_ ledger: TestLedger, from size: UInt64) throws {
        let root = Base64URL.encode(SHA256Hash.hash([7]).bytes)
        let from: JSON = [
            "origin": .string(ledger.identity.origin), "root": .string(root), "size": .integer(Int64(size)),
        ]
        try ledger.write([PendingEntry(type: "ledger.forked", class: .state, data: ["from": from])])
    }

    private static func sign(_ ledger: TestLedger, as origin: String, _ size: UInt64, _ root: Digest) throws {
        try ledger.anchor.store(Checkpoint(origin: origin, size: size, root: root).signed(by: [ledger.signer]))
    }

    /// What an opening misses.
    private static func loss(_ ledger: TestLedger) throws -> LostHistory? {
        do {
            _ = try ledger.open()
            return nil
        } catch LedgerFault.rolledBack(_, let lost) {
            return lost
        }
    }

    @Test(arguments: Medium.allCases)
    func `the name is that of the last fork, signed for or not`(_ medium: Medium) throws {
        let ledger = try TestLedger.populated(medium)
        #expect(try ledger.open().origin == ledger.identity.origin)
        try Self.fork(ledger, from: 33)
        let origin = "\(ledger.identity.origin)/20"
        #expect(try ledger.open().origin == origin)
        try ledger.write([TestLedger.tokenIssued(90)])
        try Self.sign(ledger, as: origin, ledger.size, ledger.writer.range.root)
        try ledger.write([TestLedger.tokenIssued(91)])
        #expect(try ledger.open().origin == origin)
        #expect(ledger.verify().problems == [])
        #expect(ledger.verify().origin == origin)
        #expect(ledger.verify(Verification.Options(isQuick: true)).origin == origin)
    }

    @Test func `every loss is told with what is known of it`() throws {
        let root = SHA256Hash.hash([1])
        let cases: [(String, LostHistory?, (TestLedger) throws -> Void)] = [
            (
                "a longer checkpoint", LostHistory(size: 30, root: root),
                { try Self.sign($0, as: $0.identity.origin, 30, root) }
            ),
            (
                "a longer checkpoint, under a fork's name", LostHistory(size: 30, root: root),
                { try Self.sign($0, as: "\($0.identity.origin)/25", 30, root) }
            ),
            (
                "a longer checkpoint by a later key", LostHistory(size: 30, root: root),
                { ledger in
                    let checkpoint = Checkpoint(origin: ledger.identity.origin, size: 30, root: root)
                    try ledger.anchor.store(checkpoint.signed(by: [Ed25519Key()]))
                }
            ),
            (
                "a checkpoint of other entries", LostHistory(size: 15, root: root),
                { try Self.sign($0, as: $0.identity.origin, 15, root) }
            ),
            (
                "a checkpoint of other entries, under a fork's name", LostHistory(size: 20, root: root),
                { try Self.sign($0, as: "\($0.identity.origin)/5", 20, root) }
            ),
            (
                "a longer hint", LostHistory(size: 30, root: root),
                { try $0.anchor.hint(Anchor.HeadHint(size: 30, root: root)) }
            ),
            (
                "another hint", LostHistory(size: 20, root: root),
                { try $0.anchor.hint(Anchor.HeadHint(size: 20, root: root)) }
            ),
            ("no checkpoint", nil, { try $0.place.folder("anchor").remove("checkpoint") }),
        ]
        for (name, lost, harm) in cases {
            let ledger = try TestLedger.populated()
            #expect(try Self.loss(ledger) == nil)
            try harm(ledger)
            let whole = LostHistory(size: 20, root: ledger.writer.range.root)
            #expect(try Self.loss(ledger) == lost ?? whole, "\(name)")
        }
    }

    @Test func `a fork that did not come to its checkpoint is refused as before it`() throws {
        let ledger = try TestLedger.populated()
        let lost = LostHistory(size: 21, root: SHA256Hash.hash([1]))
        try Self.sign(ledger, as: ledger.identity.origin, lost.size, lost.root)
        #expect(try Self.loss(ledger) == lost)
        for _ in 1...2 {
            // As long as what was given up, and longer.
            try Self.fork(ledger, from: lost.size)
            #expect(try Self.loss(ledger) == lost)
        }
    }

    @Test func `a checkpoint named by a fork that is not there is not believed`() throws {
        let ledger = try TestLedger.populated()
        for name in ["5", "20", "19/5", "x", "05"] {
            try Self.sign(ledger, as: "\(ledger.identity.origin)/\(name)", 20, ledger.writer.range.root)
            let fault = #expect(throws: LedgerFault.self, "\(name)") { try ledger.open() }
            #expect(fault?.kind == .damaged, "\(name)")
        }
    }

    @Test func `the anchor remembers every fork, and says when it cannot read them`() throws {
        let ledger = try TestLedger.populated()
        #expect(try ledger.anchor.forks() == [])
        for index: UInt64 in [40, 7, 40] { try ledger.anchor.remember(fork: index) }
        #expect(try ledger.anchor.forks() == [7, 40])
        try ledger.place.folder("anchor").write(Anchor.forksName, Array("7\nx\n".utf8))
        #expect(throws: LedgerFault.self) { try ledger.anchor.forks() }
    }

    @Test func `a lost history is read as it is written, and no otherwise`() throws {
        let lost = LostHistory(size: 50, root: SHA256Hash.hash([1]))
        #expect(try LostHistory(lost.description) == lost)
        let root = Base64.encode(lost.root.bytes)
        for text in [
            "", "50", root, "50:", ":\(root)", "050:\(root)", "-1:\(root)", "50:\(root):", "50:\(root.dropLast())",
        ] {
            #expect(throws: Malformed.self, "\(text)") { try LostHistory(text) }
        }
    }
}
