import EventLog
import OpenSSL
import Testing
import Wire

/// Entries in their bytes.
struct EntryTests {
    @Test(arguments: FormatVectors.entries.indices)
    func `a known entry is read, written again byte for byte, and has its leaf`(_ number: Int) throws {
        let known = FormatVectors.entries[number]
        let bytes = Array(known.bytes.utf8)
        let entry = try Entry(decoding: bytes)
        #expect(String(decoding: entry.encoded, as: UTF8.self) == known.bytes)
        #expect(try MerkleTree.leaf(bytes) == Digest(hex: known.leaf))
        #expect(entry.index == UInt64(number))
        let light = try EntryStream(decoding: bytes) { $0 == entry.type }
        #expect(light == EntryStream(of: entry), "what reads less of it reads the same")
        #expect(try EntryStream(decoding: bytes) { _ in false }.data.isEmpty)
    }

    @Test func `an entry that seals its actor is read, written again, and its segment says what the page says`() throws
    {
        let known = FormatVectors.sealedActor
        let entry = try Entry(decoding: Array(known.bytes.utf8))
        #expect(String(decoding: entry.encoded, as: UTF8.self) == known.bytes)
        #expect(try MerkleTree.leaf(entry.encoded) == Digest(hex: known.leaf))
        let actor = Actor(
            kind: .user,
            id: "usr_7Q3mZk0Yx2",
            home: "platform",
            session: "ses_1",
            assurance: Actor.Assurance(
                level: .multi,
                methods: ["pwd", "otp"],
                at: try Instant(canonical: "2026-11-20T10:00:04.000000Z")
            )
        )
        #expect(entry.actor == SealedActor.shown(actor))
        let sealed = try #require(FormatVectors.segments.last)
        let fields: Members = [
            "ip": "2001:db8::1", "reason": "asked by ticket 14", SealedActor.field: SealedActor.value(actor),
        ]
        #expect(String(decoding: JSON.object(fields).canonical, as: UTF8.self) == sealed.json)
        #expect(entry.sealed.map(\.subject) == [sealed.subject])
        #expect(try entry.sealed.map(\.commitment) == [Digest(hex: sealed.commitment)])
    }

    @Test func `a segment says everything of an actor but kind and home, as the entry would have in clear`() throws {
        let entry = try Self.full()
        let clear = try #require(try JSON.parse(entry.encoded, as: .canonical)["actor"]?.members)
        var said = try #require(SealedActor.value(entry.actor).members)
        let shown = SealedActor.shown(entry.actor)
        said["kind"] = .string(shown.kind.rawValue)
        said["home"] = shown.home.map(JSON.string)
        #expect(JSON.object(said).canonical == JSON.object(clear).canonical)
    }

    @Test func `the known ledger has its root`() throws {
        let leaves = FormatVectors.entries.map { MerkleTree.leaf(Array($0.bytes.utf8)) }
        #expect(try MerkleTree.root(of: leaves) == Digest(hex: FormatVectors.root))
    }

    @Test func `canonical bytes of every kind have their leaf`() throws {
        let bytes = try [UInt8](hex: FormatVectors.canonical)
        #expect(try JSON.parse(bytes, as: .canonical).canonical == bytes)
        #expect(try MerkleTree.leaf(bytes) == Digest(hex: FormatVectors.canonicalLeaf))
    }

    /// An entry with every member there is.
    static func full() throws -> Entry {
        let digest = SHA256Hash.hash([1])
        var entry = Entry(
            index: 9,
            id: Entry.identifier(random: [UInt8](repeating: 0xFF, count: 16)),
            recordedAt: try Instant(canonical: "2026-11-20T10:00:00.000001Z"),
            type: "tenant.updated",
            class: .state,
            actor: Actor(
                kind: .user,
                id: "usr_1",
                role: "super_admin",
                home: "platform",
                credential: "pky_1",
                session: "ses_1",
                assurance: Actor.Assurance(
                    level: .multi,
                    methods: ["pwd", "otp"],
                    at: try Instant(canonical: "2026-11-20T09:59:00.000000Z")
                ),
                onBehalfOf: [Actor.Principal(kind: .agent, id: "agt_1")]
            ),
            chain: "tnt_1",
            sequence: 4
        )
        entry.schema = 2
        entry.batch = Entry.Batch(position: 2, count: 3)
        entry.cause = 7
        entry.compensates = 3
        entry.previous = digest
        entry.stream = "tnt_1"
        entry.version = 5
        entry.request = EntryRequest(
            id: "req_1",
            endpoint: "tenants.update",
            trace: "00-00",
            idempotency: EntryRequest.Idempotency(
                key: KeyedHash(key: "hk_1", mac: digest),
                fingerprint: KeyedHash(key: "hk_1", mac: digest)
            )
        )
        entry.data = ["name": "Zoë \u{10000} \u{E000} \"\\\n"]
        entry.sealed = [
            Entry.SealedItem(subject: "tnt_1", key: "tnt_1/notes", fields: ["reason"], commitment: digest)
        ]
        return entry
    }

    @Test func `every member survives writing and reading`() throws {
        let entry = try Self.full()
        let again = try Entry(decoding: entry.encoded)
        #expect(again.encoded == entry.encoded)
        #expect(again.actor == entry.actor)
        #expect(again.request == entry.request)
        #expect(again.sealed == entry.sealed)
        #expect(again.batch == entry.batch)
        #expect(again.cause == 7 && again.compensates == 3 && again.version == 5 && again.schema == 2)
    }

    @Test func `an entry without data says so with an empty object`() throws {
        let entry = Entry(
            index: 0,
            id: Entry.identifier(random: [UInt8](repeating: 0, count: 16)),
            recordedAt: .earliest,
            type: "ledger.closed",
            class: .state,
            actor: .system,
            chain: "platform",
            sequence: 0
        )
        #expect(String(decoding: entry.encoded, as: UTF8.self).contains(#""data":{}"#))
    }

    @Test(arguments: [
        (#""v":1"#, #""v":2"#), (#""class":"state""#, #""class":"State""#), (#""result":"ok""#, #""result":"fine""#),
        (#""index":2"#, #""index":-2"#), (#""index":2"#, #""index":2.0"#), (#""batch":[2,2]"#, #""batch":[3,2]"#),
        (#""batch":[2,2]"#, #""batch":[1,1]"#), (#""batch":[2,2]"#, #""batch":[1,10001]"#),
        (#""sequence":1"#, #""sequence":"1""#), (#","v":1}"#, #","v":1} "#), (#"{"actor""#, #"{ "actor""#),
        (#""data":{"partner":"prt_k9"},"#, ""), (#""id":"evt_"#, #""id":7,"x":"evt_"#),
        ("2026-11-20T10:00:01.000000Z", "2026-11-20T10:00:01Z"), ("2026-11-20", "2026-02-30"),
        ("QUYN00v4", "QUYN00v5"),
    ])
    func `an altered entry is refused`(change: (String, String)) {
        let text = FormatVectors.entries[2].bytes.replacing(change.0, with: change.1)
        #expect(text != FormatVectors.entries[2].bytes)
        #expect(throws: Malformed.self) { try Entry(decoding: Array(text.utf8)) }
        #expect(throws: Malformed.self) { try Entry(decoding: Array(text.utf8), isDataRead: { _ in false }) }
    }

    @Test func `data that nobody reads is left out, and checked like all else`() throws {
        let entry = try Self.full()
        let bytes = entry.encoded
        var asked: [String] = []
        let read = try Entry(decoding: bytes) { type in
            asked.append(type)
            return true
        }
        #expect(asked == [entry.type])
        #expect(read.encoded == bytes)
        var rest = try Entry(decoding: bytes) { _ in false }
        #expect(rest.data.isEmpty)
        rest.data = entry.data
        #expect(rest.encoded == bytes)

        let text = String(decoding: bytes, as: UTF8.self)
        let data = String(decoding: JSON.object(entry.data).canonical, as: UTF8.self)
        let others = [
            "[]", "null", #"{"b":1,"a":2}"#, #"{"a":1,"a":1}"#, #"{"a":1.0}"#, #"{"a":"\/"}"#, "{\"a\":\"\u{1}\"}",
        ]
        for other in others {
            let changed = Array(text.replacing(#""data":"# + data, with: #""data":"# + other).utf8)
            #expect(changed != bytes)
            #expect(throws: Malformed.self, "\(other)") { try Entry(decoding: changed) { _ in false } }
        }
    }

    @Test func `a member nobody knows is let pass, for verifiers outlive the writers`() throws {
        let text = FormatVectors.entries[2].bytes.replacing(#","v":1}"#, with: #","v":1,"zeal":[{}]}"#)
        #expect(try Entry(decoding: Array(text.utf8)).index == 2)
    }

    @Test func `more than 65,535 bytes are no entry`() throws {
        var entry = try Self.full()
        entry.data["filler"] = .string(String(repeating: "x", count: Entry.bytesMax))
        let bytes = entry.encoded
        #expect(throws: Malformed.self) { try Entry(decoding: bytes) }
    }
}
