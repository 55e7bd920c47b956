import EventLog
import OpenSSL
import Testing
import Wire

/// Each rule of the format page, broken once in a ledger that is right in everything else.
struct RuleTests {
    struct Breach: CustomTestStringConvertible, Sendable {
        let name: String
        let indexes: [UInt64?]
        let write: @Sendable (inout ForgedLedger) throws -> Void

        /// - Parameter index: of the one entry that is to blame.
        init(_ name: String, at index: UInt64? = 1, _ write: @escaping @Sendable (inout ForgedLedger) throws -> Void) {
            self.init(name, indexes: [index], write)
        }

        init(_ name: String, indexes: [UInt64?], _ write: @escaping @Sendable (inout ForgedLedger) throws -> Void) {
            self.name = name
            self.indexes = indexes
            self.write = write
        }

        var testDescription: String { name }
    }

    static let token = TestLedger.tokenIssued(1)
    static let closed = PendingEntry(type: "ledger.closed", class: .state)

    static func token(_ change: (inout PendingEntry) -> Void) -> PendingEntry {
        var pending = token
        change(&pending)
        return pending
    }

    /// An item of `sealed` with these fields and this subject, before the member it is put in front of.
    static func sealed(_ fields: String, of subject: String = "usr_1") -> String {
        let item =
            #"{"commitment":"\#(String(repeating: "A", count: 43))","fields":\#(fields),"key":"k","subject":"\#(subject)"}"#
        return #""sealed":[\#(item)],"sequence""#
    }

    static let moment = #""at":"2026-11-20T10:00:00.000000Z""#
    static let principal = #"{"id":"usr_1","kind":"user"}"#

    /// Breaches of a single entry, made by rewriting its text.
    static let rewritten: [(String, PendingEntry, String, String)] = [
        ("an id of 15 bytes", token, #""id":"evt_"#, #""id":"ev_"#),
        ("an id with bits to spare", token, #"AAQ""#, #"AAR""#),
        ("a schema of 1", token, #""sequence""#, #""schema":1,"sequence""#),
        ("a version of the format unknown", token, #""v":1"#, #""v":2"#),
        ("a member that is missing", token, #""result":"ok","#, ""),
        ("data that is a list", closed, #""data":{}"#, #""data":[]"#),
        ("an unknown result", token, #""result":"ok""#, #""result":"yes""#),
        ("an unknown class", token, #""class":"activity""#, #""class":"log""#),
        ("an unknown kind of actor", token, #""kind":"application""#, #""kind":"robot""#),
        ("a known actor without home", token, #""home":"platform","#, ""),
        ("a known actor without id", token, #""id":"app_svc","#, ""),
        (
            "a system actor with an id", closed, #"{"kind":"system"}"#,
            #"{"home":"platform","id":"app_1","kind":"system"}"#
        ),
        ("a person's name in clear", token, #""kind":"application""#, #""kind":"anonymous""#),
        ("a name that is empty", token, #""name":"Provisioner""#, #""name":"""#),
        ("a session that is none", token, #""name":"Provisioner""#, #""name":"P","session":"sso_1""#),
        (
            "more than four principals", token, #""name":"Provisioner""#,
            #""name":"P","on_behalf_of":[\#(Array(repeating: principal, count: 5).joined(separator: ","))]"#
        ),
        ("no principal", token, #""name":"Provisioner""#, #""name":"P","on_behalf_of":[]"#),
        ("a person without assurance", token, #""kind":"application","name":"Provisioner""#, #""kind":"user""#),
        (
            "an assurance of no level", token, #"{"credential""#,
            #"{"assurance":{\#(moment),"level":"none","methods":[]},"credential""#
        ),
        (
            "an assurance of no methods", token, #"{"credential""#,
            #"{"assurance":{\#(moment),"level":"single"},"credential""#
        ),
        ("a type of one word", token, #""type":"token.issued""#, #""type":"issued""#),
        ("a type with a capital", token, #""type":"token.issued""#, #""type":"token.Issued""#),
        ("a stream that is no identifier", token, #""stream":"app_svc""#, #""stream":"app svc""#),
        ("an endpoint with a blank", token, "oauth.token", "oauth token"),
        ("an address not in RFC 5952 form", token, "203.0.113.1", "2001:DB8::1"),
        ("a mapped address in hexadecimal", token, "203.0.113.1", "::ffff:cb00:7101"),
        ("a user agent too long", token, "curl/8.5.0", String(repeating: "x", count: 257)),
        ("a trace too long", token, #""user_agent""#, #""trace":"\#(String(repeating: "x", count: 56))","user_agent""#),
        ("a request without an id", token, #""id":"req_t1","#, ""),
        ("an idempotency without a key", token, #""id":"req_t1""#, #""id":"req_t1","idempotency":{}"#),
        ("a code beside ok", token, #""data""#, #""code":"no","data""#),
        ("a code with a blank", TestLedger.tokenRefused(1), "invalid_scope", "invalid scope"),
        ("a refusal without a code", TestLedger.tokenRefused(1), #""code":"invalid_scope","#, ""),
        ("a cause in the future", token, #""chain""#, #""cause":1,"chain""#),
        ("a compensation of the future", token, #""data""#, #""compensates":9,"data""#),
        ("a batch of one", token, #""chain""#, #""batch":[1,1],"chain""#),
        ("an instant without its fraction", token, ".000014Z", "Z"),
        ("a day that does not exist", token, "2027-01-15T", "2027-02-30T"),
        ("a blank between members", token, #","chain""#, #", "chain""#),
        (
            "members out of order", token, #""chain":"platform","class":"activity""#,
            #""class":"activity","chain":"platform""#
        ),
        ("a member twice", token, #""chain":"platform","#, #""chain":"platform","chain":"platform","#),
        ("a number with a point", token, #""index":1"#, #""index":1.0"#),
        ("a number with a leading zero", token, #""index":1"#, #""index":01"#),
        ("a negative zero", closed, #""data":{}"#, #""data":{"n":-0}"#),
        ("a number past 2^53", closed, #""data":{}"#, #""data":{"n":9007199254740992}"#),
        ("a needless escape", closed, #""data":{}"#, #""data":{"a":"\/"}"#),
        ("an escape in upper case", closed, #""data":{}"#, #""data":{"a":"\u001F"}"#),
        ("an escape by number that has a letter", closed, #""data":{}"#, #""data":{"a":"\u000a"}"#),
        ("a control character", closed, #""data":{}"#, "\"data\":{\"a\":\"\u{1}\"}"),
        ("names not in UTF-16 order", closed, #""data":{}"#, #""data":{"\#u{E000}":1,"\#u{10000}":2}"#),
        (
            "arrays too deep", closed, #""data":{}"#,
            #""data":{"a":\#(String(repeating: "[", count: 15))\#(String(repeating: "]", count: 15))}"#
        ),
        ("a word that is none", closed, #""data":{}"#, #""data":{"a":nul}"#),
        ("bytes behind the entry", closed, #""v":1}"#, #""v":1}}"#),
        ("another index", token, #""index":1,"#, #""index":2,"#),
        ("a segment without fields", token, #""sequence""#, sealed("[]")),
        ("a segment with fields out of order", token, #""sequence""#, sealed(#"["b","a"]"#)),
        ("a segment of nobody", token, #""sequence""#, sealed(#"["a"]"#, of: "nobody")),
        ("no segment", token, #""sequence""#, #""sealed":[],"sequence""#),
        ("a type of the ledger's own with a stream", closed, #""type""#, #""stream":"app_1","type""#),
        ("a second genesis", closed, "ledger.closed", "ledger.created"),
        ("a type of the ledger's own as activity", closed, #""class":"state""#, #""class":"activity""#),
    ]

    @Test(arguments: rewritten.indices)
    func `an entry that breaks a rule by itself is named`(_ number: Int) throws {
        let (name, pending, old, new) = Self.rewritten[number]
        var ledger = try ForgedLedger()
        try ledger.add(
            pending,
            rewrite: { text in
                #expect(text.contains(old), "\(name)")
                return text.replacing(old, with: new, maxReplacements: 1)
            }
        )
        try ledger.add(Self.closed)
        try ledger.sign()
        let report = ledger.verify()
        #expect(!report.isOK, "\(name)")
        #expect(report.problems.contains { $0.index == 1 }, "\(name): \(report.problems)")
        // What cannot be read at all may leave the next entry without a predecessor, and a head without a chain.
        #expect(report.problems.allSatisfy { [1, 2, nil].contains($0.index) }, "\(name): \(report.problems)")
        #expect(report.root == ledger.range.root)
    }

    static let breaches = [
        Breach("a time that repeats", at: 2) { ledger in
            try ledger.add(token)
            try ledger.add(token, { $0.recordedAt = $0.recordedAt.adding(microseconds: -7) })
        },
        Breach("a time that goes back", at: 2) { ledger in
            try ledger.add(token)
            try ledger.add(token, { $0.recordedAt = $0.recordedAt.adding(seconds: -7) })
        },
        Breach("a batch that does not begin") {
            try $0.add(token, batch: (2, 2), { $0.recordedAt = $0.recordedAt.adding(microseconds: 7) })
        },
        Breach("a batch that does not end", indexes: [2, nil]) { ledger in
            try ledger.add(token, batch: (1, 3))
            try ledger.add(token, batch: (2, 3))
        },
        Breach("a batch with a part missing", indexes: [2, 3]) { ledger in
            try ledger.add(token, batch: (1, 3))
            try ledger.add(token, batch: (3, 3))
            try ledger.add(token, { _ in })
        },
        Breach("a batch of two times", at: 2) { ledger in
            try ledger.add(token, batch: (1, 2))
            try ledger.add(token, batch: (2, 2), { $0.recordedAt = $0.recordedAt.adding(microseconds: 1) })
        },
        Breach("a batch of two requests", at: 2) { ledger in
            try ledger.add(token, batch: (1, 2))
            try ledger.add(token, batch: (2, 2), { $0.request?.id = "req_other" })
        },
        Breach("a batch of two counts", at: 2) { ledger in
            try ledger.add(token, batch: (1, 2))
            try ledger.add(token, batch: (2, 3))
        },
        Breach("an id that repeats", at: 3) { ledger in
            try ledger.add(token, { $0.id = Entry.identifier(random: [UInt8](repeating: 5, count: 16)) })
            try ledger.add(token)
            try ledger.add(token, { $0.id = Entry.identifier(random: [UInt8](repeating: 5, count: 16)) })
        },
        Breach("a sequence that leaves out one", at: 2) { ledger in
            try ledger.add(token)
            try ledger.add(token, { $0.sequence += 1 })
        },
        Breach("a previous that is another leaf", at: 2) { ledger in
            try ledger.add(token)
            try ledger.add(token, { $0.previous = $0.previous?.altered })
        },
        Breach("a chain that does not begin with its creation") { try $0.add(token { $0.chain = "tnt_w1" }) },
        Breach("a chain begun by another") { ledger in
            try ledger.add(
                PendingEntry(type: "tenant.created", class: .state, chain: "tnt_w1", stream: "tnt_w2")
            )
        },
        Breach("a first version of 2") { ledger in
            try ledger.add(
                PendingEntry(type: "tenant.created", class: .state, chain: "tnt_w1", stream: "tnt_w1"),
                { $0.version = 2 }
            )
        },
        Breach("a version left out", at: 2) { ledger in
            let pending = PendingEntry(type: "signing_key.created", class: .state, stream: "snk_1")
            try ledger.add(pending)
            try ledger.add(pending, { $0.version = 3 })
        },
        Breach("a state entry that was denied") {
            try $0.add(
                closed,
                {
                    $0.result = .denied; $0.code = "no"
                }
            )
        },
        Breach("a version on activity") { try $0.add(token, { $0.version = 1 }) },
        Breach("an address in clear in a state entry") {
            try $0.add(
                token {
                    $0.class = .state; $0.type = "token.revoked"
                }
            )
        },
        Breach("an attestation of another size") { ledger in
            try ledger.add(
                PendingEntry(type: "chains.attested", class: .state, data: ["at": 0, "count": 1, "root": "x"])
            )
        },
        Breach("an attestation of another root") { ledger in
            let root = JSON.string(Base64URL.encode(SHA256Hash.hash([1]).bytes))
            try ledger.add(
                PendingEntry(type: "chains.attested", class: .state, data: ["at": 1, "count": 1, "root": root])
            )
        },
        Breach("a checkpoint key of another name") { ledger in
            let key = VerifierKey(name: "elsewhere/ledger/x", publicKey: Ed25519Key().publicKey)
            try ledger.add(
                PendingEntry(
                    type: "checkpoint_key.created",
                    class: .state,
                    stream: "cpk_1",
                    data: ["verifier_key": .string(key.description)]
                )
            )
        },
        Breach("a checkpoint key that is none") { ledger in
            try ledger.add(
                PendingEntry(
                    type: "checkpoint_key.retired",
                    class: .state,
                    stream: "cpk_1",
                    data: ["verifier_key": "x"]
                )
            )
        },
        Breach("a fork from nowhere", indexes: [1, nil]) { ledger in
            try ledger.add(
                PendingEntry(
                    type: "ledger.forked",
                    class: .state,
                    data: ["from": ["origin": "x", "size": 1, "root": "x"]]
                )
            )
        },
    ]

    @Test(arguments: breaches)
    func `a rule between entries that is broken is told with the entry`(_ breach: Breach) throws {
        var ledger = try ForgedLedger()
        try breach.write(&ledger)
        try ledger.sign()
        let report = ledger.verify()
        #expect(report.problems.map(\.index) == breach.indexes, "\(report.problems)")
    }

    @Test(arguments: Medium.allCases)
    func `a forged ledger that breaks no rule is fine`(_ medium: Medium) throws {
        var ledger = try ForgedLedger(medium)
        for number in 1...30 { try ledger.add(TestLedger.tokenIssued(number)) }
        try ledger.add(Self.token, batch: (1, 2))
        try ledger.add(Self.token, batch: (2, 2))
        try ledger.add(Self.closed, rewrite: { $0.replacing(#","v":1}"#, with: #","v":1,"zeal":[{"é":"\n"}]}"#) })
        try ledger.sign()
        let report = ledger.verify()
        #expect(report.problems == [])
        #expect(report.entries == 34)
        #expect(report.root == ledger.range.root)
    }

    @Test func `every member there is passes, and its full entry is read alike by both readers`() throws {
        var ledger = try ForgedLedger()
        try ledger.add(PendingEntry(type: "tenant.created", class: .state, chain: "tnt_1", stream: "tnt_1"))
        let full = try EntryTests.full()
        try ledger.add(
            PendingEntry(
                type: "tenant.updated",
                class: .state,
                actor: full.actor,
                chain: "tnt_1",
                stream: "tnt_1",
                data: full.data
            ),
            { entry in
                entry.request = full.request
                entry.schema = 3
                entry.cause = 1
                entry.compensates = 0
            }
        )
        try ledger.sign()
        #expect(ledger.verify().problems == [])
    }

    @Test func `only a hundred problems are told, and all are counted`() throws {
        var ledger = try ForgedLedger()
        for number in 1...150 { try ledger.add(TestLedger.tokenIssued(number), { $0.version = 1 }) }
        try ledger.sign()
        let report = ledger.verify()
        #expect(report.problems.count == Verification.Report.problemsMax)
        #expect(report.problemCount == 150)
    }
}
