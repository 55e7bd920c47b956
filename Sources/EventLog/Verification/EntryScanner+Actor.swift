import Wire

extension EntryScanner {
    /// The members of an actor, in the canonical order of their names.
    enum ActorField: Int {
        case assurance, credential, home, id, kind, name, onBehalfOf, role, session

        static let names = ["assurance", "credential", "home", "id", "kind", "name", "on_behalf_of", "role", "session"]
    }

    mutating func actor(_ bytes: Span<UInt8>, _ facts: inout EntryFacts) throws(Malformed) {
        var kind: Actor.Kind?
        var met: UInt32 = 0
        try open(bytes)
        var last: Range<Int>?
        var next = 0
        while let name = try member(bytes, after: &last) {
            guard let number = words.actor.find(word(bytes, name), from: &next),
                let field = ActorField(rawValue: number)
            else {
                try skipValue(bytes, depth: 2)
                continue
            }
            met |= 1 << UInt32(number)
            switch field {
            case .assurance: try assurance(bytes)
            case .credential, .id: _ = try identifier(bytes)
            case .home: _ = try chain(bytes)
            case .kind: kind = try actorKind(bytes)
            case .name: try text(bytes, bytesMax: 1_024)
            case .onBehalfOf: try principals(bytes)
            case .role: try text(bytes, bytesMax: 255)
            case .session:
                let range = try identifier(bytes)
                guard isText("ses_", bytes, range.prefix(4)) else { throw malformed("a session's id begins with ses_") }
            }
        }
        guard let kind else { throw malformed("an actor has a kind") }
        try relate(kind) { met & 1 << UInt32($0.rawValue) != 0 }
        facts.actor = kind
        facts.namesActor = met & 1 << UInt32(ActorField.id.rawValue) != 0
    }

    private func relate(_ kind: Actor.Kind, _ has: (ActorField) -> Bool) throws(Malformed) {
        guard has(.home) || !kind.isKnown, kind.isKnown || !has(.id), has(.id) || !has(.credential) else {
            throw malformed("an actor has a home, and an id or a segment that says it, exactly if it is known")
        }
        guard !(has(.name) && (kind == .user || kind == .anonymous)) else {
            throw malformed("a person's name never stands in clear")
        }
        let isSealed = kind.isKnown && !has(.id)
        guard isSealed || kind != .user || has(.assurance) else { throw malformed("a person has an assurance") }
        guard !isSealed || !has(.assurance) else { throw malformed("a sealed actor's assurance is sealed with it") }
    }

    private mutating func actorKind(_ bytes: Span<UInt8>) throws(Malformed) -> Actor.Kind {
        var first = 0
        guard let number = words.kinds.find(word(bytes, try string(bytes)), from: &first) else {
            throw malformed("there is no such kind of actor")
        }
        return Actor.Kind.allCases[number]
    }

    private mutating func assurance(_ bytes: Span<UInt8>) throws(Malformed) {
        var met = 0
        try open(bytes)
        var last: Range<Int>?
        while let name = try member(bytes, after: &last) {
            if isText("at", bytes, name) {
                _ = try time(bytes)
                met += 1
            } else if isText("level", bytes, name) {
                let level = String(decoding: Self.copy(bytes.extracting(try string(bytes))), as: UTF8.self)
                guard Actor.Assurance.Level(rawValue: level) != nil else { throw malformed("there is no such level") }
                met += 1
            } else if isText("methods", bytes, name) {
                try list(bytes, 0...16) { (scanner, bytes) throws(Malformed) in try scanner.text(bytes, bytesMax: 64) }
                met += 1
            } else {
                try skipValue(bytes, depth: 3)
            }
        }
        guard met == 3 else { throw malformed("an assurance is {level, methods, at}") }
    }

    private mutating func principals(_ bytes: Span<UInt8>) throws(Malformed) {
        try list(bytes, 1...4) { (scanner, bytes) throws(Malformed) in
            var met = 0
            try scanner.open(bytes)
            var last: Range<Int>?
            while let name = try scanner.member(bytes, after: &last) {
                if scanner.isText("kind", bytes, name) {
                    _ = try scanner.actorKind(bytes)
                    met += 1
                } else if scanner.isText("id", bytes, name) {
                    _ = try scanner.identifier(bytes)
                    met += 1
                } else {
                    try scanner.skipValue(bytes, depth: 4)
                }
            }
            guard met == 2 else { throw scanner.malformed("on_behalf_of is a list of {kind, id}") }
        }
    }

    /// Reads an array whose items are read by `body`, as many as the bounds allow.
    mutating func list(
        _ bytes: Span<UInt8>,
        _ bounds: ClosedRange<Int>,
        _ body: (inout EntryScanner, Span<UInt8>) throws(Malformed) -> Void,
    ) throws(Malformed) {
        try pass(UInt8(ascii: "["), bytes)
        var (count, isFirst) = (0, true)
        while try item(bytes, &isFirst) {
            count += 1
            guard count <= bounds.upperBound else { break }
            try body(&self, bytes)
        }
        guard bounds.contains(count) else {
            throw malformed("a list of \(bounds.lowerBound) to \(bounds.upperBound) items is expected")
        }
    }
}
