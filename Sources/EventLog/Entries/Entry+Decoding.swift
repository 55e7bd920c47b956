import OpenSSL
package import Wire

// Decoding refuses bytes that are not the canonical form of an entry of version 1. Members it does not know are let
// pass: a verifier outlives the versions of the software that writes. Folding is stricter, and is not done here.
extension Entry {
    package init(decoding bytes: [UInt8]) throws(Malformed) {
        guard bytes.count <= Self.bytesMax else {
            throw Malformed("an entry has at most \(Self.bytesMax) bytes", at: 0)
        }
        let line = try JSON.parse(bytes, as: .canonical)
        guard line["v"]?.number == 1 else { throw Malformed("an entry of version 1 says so in v", at: 0) }
        let reader = MemberReader(line)
        self.init(
            index: try reader.position("index"),
            id: try reader.text("id"),
            recordedAt: try Instant(canonical: try reader.text("recorded_at")),
            type: try reader.text("type"),
            class: try reader.choice("class", Class.self),
            actor: try Actor(decoding: try reader.value("actor")),
            chain: try reader.text("chain"),
            sequence: try reader.position("sequence"),
        )
        schema = try reader.optional("schema", MemberReader.integer) ?? 1
        result = try reader.choice("result", Result.self)
        code = try reader.optional("code", MemberReader.text)
        batch = try reader.optional("batch") { (value) throws(Malformed) in try Batch(decoding: value) }
        cause = try reader.optional("cause", MemberReader.position)
        previous = try reader.optional("previous", MemberReader.digest)
        stream = try reader.optional("stream", MemberReader.text)
        version = try reader.optional("version", MemberReader.position)
        request = try reader.optional("request") { (value) throws(Malformed) in try RequestNote(decoding: value) }
        guard let data = try reader.value("data").members else { throw Malformed("data is an object", at: 0) }
        self.data = data
        compensates = try reader.optional("compensates", MemberReader.position)
        for item in line["sealed"]?.items ?? [] { sealed.append(try SealedItem(decoding: item)) }
    }
}

extension Entry.Batch {
    init(decoding value: JSON) throws(Malformed) {
        guard let items = value.items, items.count == 2, let position = items[0].number, let count = items[1].number,
            count >= 2, count <= Self.countMax, (1...count).contains(position)
        else { throw Malformed("batch is [k, n] with 1 ≤ k ≤ n ≤ \(Self.countMax)", at: 0) }
        self.init(position: Int(position), count: Int(count))
    }
}

extension Entry.SealedItem {
    init(decoding value: JSON) throws(Malformed) {
        let reader = MemberReader(value)
        self.init(
            subject: try reader.text("subject"),
            key: try reader.text("key"),
            fields: (value["fields"]?.items ?? []).compactMap(\.text),
            commitment: try MemberReader.digest(try reader.value("commitment")),
        )
    }
}

extension Actor {
    init(decoding value: JSON) throws(Malformed) {
        let reader = MemberReader(value)
        self.init(
            kind: try reader.choice("kind", Kind.self),
            id: try reader.optional("id", MemberReader.text),
            name: try reader.optional("name", MemberReader.text),
            role: try reader.optional("role", MemberReader.text),
            home: try reader.optional("home", MemberReader.text),
            credential: try reader.optional("credential", MemberReader.text),
            session: try reader.optional("session", MemberReader.text),
            assurance: try reader.optional("assurance") { (value) throws(Malformed) in
                let reader = MemberReader(value)
                return Assurance(
                    level: try reader.choice("level", Assurance.Level.self),
                    methods: (value["methods"]?.items ?? []).compactMap(\.text),
                    at: try Instant(canonical: try reader.text("at")),
                )
            },
        )
        for item in value["on_behalf_of"]?.items ?? [] {
            let reader = MemberReader(item)
            onBehalfOf.append(Principal(kind: try reader.choice("kind", Kind.self), id: try reader.text("id")))
        }
    }
}

extension RequestNote {
    init(decoding value: JSON) throws(Malformed) {
        let reader = MemberReader(value)
        self.init(
            id: try reader.text("id"),
            endpoint: try reader.text("endpoint"),
            trace: try reader.optional("trace", MemberReader.text),
            ip: try reader.optional("ip", MemberReader.text),
            userAgent: try reader.optional("user_agent", MemberReader.text),
            idempotency: try reader.optional("idempotency") { (value) throws(Malformed) in
                let reader = MemberReader(value)
                return Idempotency(
                    key: try KeyedHash(decoding: try reader.value("key")),
                    fingerprint: try KeyedHash(decoding: try reader.value("fingerprint")),
                )
            },
        )
    }
}

extension KeyedHash {
    init(decoding value: JSON) throws(Malformed) {
        let reader = MemberReader(value)
        self.init(key: try reader.text("key"), mac: try MemberReader.digest(try reader.value("mac")))
    }
}
