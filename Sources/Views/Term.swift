import Wire

/// Something that entries have in common, and by which the audit finds them: a chain, an actor, a type.
struct Term: Hashable {
    enum Kind: UInt8, CaseIterable {
        case chain = 0x63  // c
        case actor = 0x61  // a
        case type = 0x74  // t
        case stream = 0x73  // s
        case result = 0x72  // r
        case address = 0x69  // i
        /// One of the ends of an edge that the entry changed.
        case end = 0x65  // e

        var ordinal: Int {
            switch self {
            case .chain: 0
            case .actor: 1
            case .type: 2
            case .stream: 3
            case .result: 4
            case .address: 5
            case .end: 6
            }
        }
    }

    let kind: Kind
    /// ASCII: identifiers, types and base64url alone, so that Swift's equality of texts is equality of bytes.
    let text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// What stands for something sealed: a term for each data key, so that what is erased can be taken out whole.
    ///
    /// The slash keeps it from being an identifier.
    init(_ kind: Kind, blind: [UInt8], under dataKey: String) {
        self.init(kind, Base64URL.encode(blind) + "/" + dataKey)
    }

    var prefix: [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(text.utf8.count + 6)
        key.append(kind.rawValue)
        key.append(contentsOf: text.utf8)
        key.append(0)
        return key
    }

    func key(block: UInt32) -> [UInt8] {
        prefix + BigEndian.bytes(UInt64(block))[4...]
    }

    static func block(ofKey key: [UInt8]) -> UInt32 {
        key.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
