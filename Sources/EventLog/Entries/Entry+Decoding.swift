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
        var reader = MemberReader(line)
        // In the order of the members' names: see `MemberReader`.
        let actor = try Actor(decoding: try reader.value("actor"))
        let batch = try reader.optional("batch") { (value) throws(Malformed) in try Batch(decoding: value) }
        let cause = try reader.optional("cause", MemberReader.position)
        let chain = try reader.text("chain")
        let place = try reader.choice("class", Class.self)
        let code = try reader.optional("code", MemberReader.text)
        let compensates = try reader.optional("compensates", MemberReader.position)
        guard let data = try reader.value("data").members else { throw Malformed("data is an object", at: 0) }
        let id = try reader.text("id")
        let index = try reader.position("index")
        let previous = try reader.optional("previous", MemberReader.digest)
        let recordedAt = try Instant(canonical: try reader.text("recorded_at"))
        let request = try reader.optional("request") { (value) throws(Malformed) in try RequestNote(decoding: value) }
        let result = try reader.choice("result", Result.self)
        let schema = try reader.optional("schema", MemberReader.integer) ?? 1
        let items = try reader.optional("sealed", MemberReader.items) ?? []
        let sequence = try reader.position("sequence")
        let stream = try reader.optional("stream", MemberReader.text)
        let type = try reader.text("type")
        guard try reader.value("v").number == 1 else {
            throw Malformed("an entry of version 1 says so in v", at: 0)
        }
        let version = try reader.optional("version", MemberReader.position)
        self.init(
            index: index,
            id: id,
            recordedAt: recordedAt,
            type: type,
            class: place,
            actor: actor,
            chain: chain,
            sequence: sequence,
        )
        self.schema = schema
        self.result = result
        self.code = code
        self.batch = batch
        self.cause = cause
        self.previous = previous
        self.stream = stream
        self.version = version
        self.request = request
        self.data = data
        self.compensates = compensates
        for item in items { sealed.append(try SealedItem(decoding: item)) }
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
        var reader = MemberReader(value)
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
        var reader = MemberReader(value)
        self.init(
            kind: try reader.choice("kind", Kind.self),
            id: try reader.optional("id", MemberReader.text),
            name: try reader.optional("name", MemberReader.text),
            role: try reader.optional("role", MemberReader.text),
            home: try reader.optional("home", MemberReader.text),
            credential: try reader.optional("credential", MemberReader.text),
            session: try reader.optional("session", MemberReader.text),
            assurance: try reader.optional("assurance") { (value) throws(Malformed) in
                var reader = MemberReader(value)
                return Assurance(
                    level: try reader.choice("level", Assurance.Level.self),
                    methods: (value["methods"]?.items ?? []).compactMap(\.text),
                    at: try Instant(canonical: try reader.text("at")),
                )
            },
        )
        for item in value["on_behalf_of"]?.items ?? [] {
            var reader = MemberReader(item)
            onBehalfOf.append(Principal(kind: try reader.choice("kind", Kind.self), id: try reader.text("id")))
        }
    }
}

extension RequestNote {
    init(decoding value: JSON) throws(Malformed) {
        var reader = MemberReader(value)
        self.init(
            id: try reader.text("id"),
            endpoint: try reader.text("endpoint"),
            trace: try reader.optional("trace", MemberReader.text),
            ip: try reader.optional("ip", MemberReader.text),
            userAgent: try reader.optional("user_agent", MemberReader.text),
            idempotency: try reader.optional("idempotency") { (value) throws(Malformed) in
                var reader = MemberReader(value)
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
        var reader = MemberReader(value)
        self.init(key: try reader.text("key"), mac: try MemberReader.digest(try reader.value("mac")))
    }
}
