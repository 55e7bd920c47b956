import Wire

extension EntryScanner {
    mutating func sealed(_ bytes: Span<UInt8>, _ facts: inout EntryFacts) throws(Malformed) {
        var items: [EntryFacts.Sealed] = []
        try list(bytes, 1...Segment.countMax) { (scanner, bytes) throws(Malformed) in
            items.append(try scanner.segment(bytes))
        }
        facts.sealed = items
    }

    private mutating func segment(_ bytes: Span<UInt8>) throws(Malformed) -> EntryFacts.Sealed {
        var sealed = EntryFacts.Sealed()
        var met = 0
        try open(bytes)
        var last: Range<Int>?
        while let name = try member(bytes, after: &last) {
            if isText("commitment", bytes, name) {
                sealed.commitment = try digest(bytes)
                met += 1
            } else if isText("fields", bytes, name) {
                (sealed.fields, sealed.holdsActor) = try fields(bytes)
                met += 1
            } else if isText("key", bytes, name) {
                sealed.key = try dataKey(bytes)
                met += 1
            } else if isText("subject", bytes, name) {
                sealed.subject = try subject(bytes)
                met += 1
            } else {
                try skipValue(bytes, depth: 3)
            }
        }
        guard met == 4 else { throw malformed("a segment is {subject, key, fields, commitment}") }
        return sealed
    }

    private mutating func subject(_ bytes: Span<UInt8>) throws(Malformed) -> Range<Int> {
        let range = try string(bytes)
        guard isIdentifier(bytes, range) || isText("unknown", bytes, range) || isText("platform", bytes, range) else {
            throw malformed("a subject is a resource's id, unknown or platform")
        }
        return range
    }

    /// 1 to 255 of `[A-Za-z0-9_./-]`.
    private mutating func dataKey(_ bytes: Span<UInt8>) throws(Malformed) -> Range<Int> {
        let range = try string(bytes)
        guard (1...255).contains(range.count), alphabet.are(bytes, range, Alphabet.identifier | Alphabet.path) else {
            throw malformed("the id of a data key is expected")
        }
        return range
    }

    /// Distinct names in canonical order.
    ///
    /// Judged as texts: names with escapes are allowed, and segments are few.
    private mutating func fields(_ bytes: Span<UInt8>) throws(Malformed) -> (Range<Int>, holdsActor: Bool) {
        let start = place
        try skipValue(bytes, depth: 3)
        let range = start..<place
        let names = try JSON.parse(Self.copy(bytes.extracting(range)), as: .canonical).items ?? []
        let texts = names.compactMap(\.text)
        let isOrdered = zip(texts, texts.dropFirst()).allSatisfy { $0.utf16Precedes($1) }
        let isBounded = texts.allSatisfy { (1...255).contains($0.utf8.count) }
        guard !texts.isEmpty, texts.count == names.count, isOrdered, isBounded else {
            throw malformed("fields are distinct names in canonical order")
        }
        return (range, texts.contains { $0.bytesEqual(SealedActor.field) })
    }
}
