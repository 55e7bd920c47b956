import OpenSSL
package import Wire

/// Reads entries from their bytes, checks each member by the format page, and keeps nothing of what it read.
///
/// There are two readers of entries. `Entry(decoding:)` builds a value with all members, for whoever works with the
/// entry, and refuses what it cannot read. This one is for verification, which must go over a whole ledger and must
/// report each rule of the format page that an entry breaks. It builds no strings and no JSON values: one walk over the
/// bytes proves the canonical form, checks each member and the rules between members, and leaves an ``EntryFacts`` of
/// numbers and ranges. It is stricter than the decoder, never laxer: whatever it accepts the decoder reads, with the
/// same facts (`EntryScannerTests` compares the two over generated entries).
///
/// Entries with escapes or letters beyond ASCII are few; they are first parsed by `JSON`, which knows all of RFC 8785,
/// and then walked like the others.
package struct EntryScanner {
    /// Texts already found good are not judged again; past this many they are.
    static let rememberedMax = 65_536

    /// Every chain that was ever met, by number.
    var chains = NameTable()
    var types = NameTable()
    var ownTypes: [OwnType?] = []
    var endpoints = NameTable()
    var addresses = NameTable()
    var goodDay = 0

    let words = Words()
    let alphabet = Alphabet()

    /// Where reading has come to.
    var place = 0
    /// Whether the entry is printable ASCII without a backslash: then each string ends at the next quotation mark.
    var isPlain = true

    package init() {}

    /// Checks one entry.
    ///
    /// - Parameter entry: its bytes, without the line feed.
    /// - Throws: `Malformed` with the first rule that is broken, and the byte at which that was seen.
    package mutating func scan(_ entry: [UInt8]) throws(Malformed) -> EntryFacts {
        let bytes = entry.span
        guard bytes.count <= Entry.bytesMax else {
            throw Malformed("an entry has at most \(Entry.bytesMax) bytes", at: 0)
        }
        place = 0
        isPlain = Self.isPlain(entry)
        if !isPlain { _ = try JSON.parse(entry, as: .canonical) }
        var facts = EntryFacts()
        var met: UInt32 = 0
        try open(bytes)
        var last: Range<Int>?
        var next = 0
        while let name = try member(bytes, after: &last) {
            guard let number = words.entry.find(word(bytes, name), from: &next), let field = Field(rawValue: number)
            else {
                try skipValue(bytes, depth: 1)
                continue
            }
            met |= 1 << UInt32(number)
            try read(field, bytes, &facts)
        }
        guard place == bytes.count else { throw malformed("bytes follow the entry") }
        guard met & Field.required == Field.required else { throw Malformed(Field.missing(met), at: 0) }
        try relate(facts, bytes)
        return facts
    }

    /// The name of a chain that was met, by the number that ``EntryFacts`` give it.
    package func chainName(_ number: Int) -> String { chains.text(of: number) }

    /// The members of an entry, in the canonical order of their names.
    enum Field: Int {
        case actor, batch, cause, chain, `class`, code, compensates, data, id, index, previous, recordedAt, request
        case result, schema, sealed, sequence, stream, type, version1, version

        static let names = [
            "actor", "batch", "cause", "chain", "class", "code", "compensates", "data", "id", "index", "previous",
            "recorded_at", "request", "result", "schema", "sealed", "sequence", "stream", "type", "v", "version",
        ]

        static let required: UInt32 = [
            Field.actor, .chain, .class, .data, .id, .index, .recordedAt, .result, .sequence, .type, .version1,
        ].reduce(0) { $0 | 1 << UInt32($1.rawValue) }

        static func missing(_ met: UInt32) -> String {
            "\(names[(required & ~met).trailingZeroBitCount]) is missing"
        }
    }

    private mutating func read(_ field: Field, _ bytes: Span<UInt8>, _ facts: inout EntryFacts) throws(Malformed) {
        switch field {
        case .actor: try actor(bytes, &facts)
        case .batch: facts.batch = try batch(bytes)
        case .cause: facts.cause = try position(bytes)
        case .chain: facts.chain = try chain(bytes)
        case .class:
            switch word(bytes, try string(bytes)) {
            case words.state: facts.class = .state
            case words.activity: facts.class = .activity
            default: throw malformed("class is state or activity")
            }
        case .code: facts.code = try code(bytes)
        case .compensates: facts.compensates = try position(bytes)
        case .data:
            guard byte(bytes) == UInt8(ascii: "{") else { throw malformed("data is an object") }
            try skipValue(bytes, depth: 1)
        case .id: facts.id = try eventID(bytes)
        case .index: facts.index = try position(bytes)
        case .previous: facts.previous = try digest(bytes)
        case .recordedAt: facts.time = try time(bytes)
        case .request: try request(bytes, &facts)
        case .result:
            switch word(bytes, try string(bytes)) {
            case words.ok: facts.result = .ok
            case words.denied: facts.result = .denied
            case words.failed: facts.result = .failed
            default: throw malformed("result is ok, denied or failed")
            }
        case .schema:
            guard try integer(bytes) >= 2 else { throw malformed("schema is written from 2 on") }
        case .sealed: try sealed(bytes, &facts)
        case .sequence: facts.sequence = try position(bytes)
        case .stream: facts.stream = try identifier(bytes)
        case .type: (facts.type, facts.own) = try type(bytes)
        case .version1:
            guard try integer(bytes) == 1 else { throw malformed("v is 1, the only version this program reads") }
        case .version:
            facts.version = try position(bytes)
            guard facts.version != 0 else { throw malformed("version counts from 1") }
        }
    }

    /// The rules between members.
    private func relate(_ facts: EntryFacts, _ bytes: Span<UInt8>) throws(Malformed) {
        let isState = facts.class == .state
        guard !isState || facts.result == .ok else { throw Malformed("a state entry is always ok", at: 0) }
        guard (facts.result == .ok) == facts.code.isEmpty else {
            throw Malformed("code stands exactly where the result is not ok", at: 0)
        }
        guard (facts.version != nil) == (isState && !facts.stream.isEmpty) else {
            throw Malformed("version stands exactly in state entries that have a stream", at: 0)
        }
        guard (facts.previous != nil) == (facts.sequence > 0) else {
            throw Malformed("previous stands in every entry of a chain but its first", at: 0)
        }
        guard (facts.cause ?? 0) < max(facts.index, 1), (facts.compensates ?? 0) < max(facts.index, 1) else {
            throw Malformed("cause and compensates are earlier indexes", at: 0)
        }
        guard !facts.showsClient || (!isState && facts.actor.isProvenNonPerson) else {
            throw Malformed("ip and user_agent are clear only in activity entries of a proven non-person", at: 0)
        }
        let sealedActors = facts.sealed.count(where: \.holdsActor)
        guard sealedActors == (facts.actor.isKnown && !facts.namesActor ? 1 : 0) else {
            throw Malformed("one segment says who acted exactly where a known actor has no id", at: 0)
        }
        guard (facts.own == .ledgerCreated) == (facts.index == 0) else {
            throw Malformed("ledger.created stands at index 0 and nowhere else", at: 0)
        }
        guard let own = facts.own else { return }
        if let result = own.activityResult {
            guard !isState, facts.result == result else {
                throw Malformed("\(own.rawValue) is an activity entry with the result \(result.rawValue)", at: 0)
            }
        } else {
            guard isState, chains.bytes(of: facts.chain) == Array("platform".utf8) else {
                throw Malformed("\(own.rawValue) is a state entry of platform", at: 0)
            }
        }
        guard own.hasStream.map({ $0 == !facts.stream.isEmpty }) ?? true else {
            throw Malformed("\(own.rawValue) has \(facts.stream.isEmpty ? "its" : "no") stream", at: 0)
        }
    }
}
