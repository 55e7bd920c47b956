import Identity
import Testing
import Wire

/// The fold is strict: a field takes its own kind of value, and an entry that gives it another is poison.
struct WrongValueTests {
    @Test(arguments: Kind.allCases)
    func `every field of a kind refuses every wrong kind of value, and so does every entry that changes it`(
        kind: Kind
    ) throws {
        try kind.accept(WrongValues())
    }

    @Test(arguments: [.null, 7, true, "prt_", "tnt_widget", "", ["prt_ajax"], [:]] as [JSON])
    func `a transfer that leads to no partner is poison`(target: JSON) throws {
        let values = WrongValues()
        let tenant = try #require(try values.living(Tenant.self))
        let transfer = { (target: JSON) in
            try evolve(tenant, by: values.entry(Tenant.entry(.transferred), ["from": "prt_1", "to": target]))
        }
        #expect(try transfer("prt_ajax").place == .partner(.named("ajax")))
        #expect(throws: Poison.self) { try transfer(target) }
    }
}

/// Tries every value on every field of a kind.
private struct WrongValues: KindVisitor {
    /// One value of each kind that JSON has, and of each that a field could hold.
    static let samples: [JSON] = [
        .null, true, false, 0, 7, -1, .decimal("1.5"), "", "a word", "ACTIVE", "prt_1", ["one", "two"], [],
        ["one", 2], ["one", .null], [["one"]], [3, 1], [3], [3, -1], [3, 1, 2], [:], ["index": 3, "ordinal": 1],
    ]

    func visit<R: Resource>(_ kind: R.Type) throws {
        let before = try #require(try living(R.self))
        for field in R.fields {
            for value in wrong(for: field) {
                let comment: Comment = "\(R.noun).\(field.name) = \(value)"
                var state = before.state
                let isTaken = field.set(&state, value)
                #expect(!isTaken, comment)
                #expect(state.fieldValues == before.state.fieldValues, comment)
                try expectPoison(before, field, value, comment)
            }
            // Where a segment stands is known by the fold alone: no entry says it, not even rightly.
            if field.kind.isSealed { try expectPoison(before, field, [3, 1], "\(R.noun).\(field.name)") }
            try expectTaken(before, field)
        }
    }

    /// No entry that changes such a resource brings that value.
    private func expectPoison<R: Resource>(
        _ before: Versioned<R>,
        _ field: Field<R>,
        _ value: JSON,
        _ comment: Comment,
    ) throws {
        for type in Self.types where type.changedKind == R.kind {
            let data: Members = type.effect == .creates ? creation(field, value) : [field.name: value]
            let event = entry(type, data, of: R.self)
            #expect(throws: Poison.self, "\(type.text): \(comment)") {
                try evolve(state(of: before, for: type), by: event)
            }
        }
    }

    /// The field takes what is right, so the refusals are about the values.
    private func expectTaken<R: Resource>(_ before: Versioned<R>, _ field: Field<R>) throws {
        let created = try #require(creation(of: R.self))
        for value in right(for: field) {
            let comment: Comment = "\(R.noun).\(field.name) = \(value)"
            var state = before.state
            let isTaken = field.set(&state, value)
            #expect(isTaken && field.get(state) == value, comment)
            // Nothing begins as deleted.
            if field.kind.isSealed && value != .null || value == .string(Status.deleted.rawValue) { continue }
            let folded: Versioned<R> = try evolve(nil, by: entry(created, creation(field, value), of: R.self))
            #expect(field.get(folded.state) == value, comment)
        }
    }

    // MARK: Values

    private func wrong<R: Resource>(for field: Field<R>) -> [JSON] {
        let right = right(for: field)
        return strange(to: field.kind) + Self.samples.filter { !holds($0, field.kind) && !right.contains($0) }
    }

    /// Whether a value is of the kind's own form, whatever it says.
    private func holds(_ value: JSON, _ kind: FieldKind) -> Bool {
        switch kind {
        case .text, .lines, .name, .slug, .email, .object, .moment, .stored: value.text != nil
        case .flag: value.flag != nil
        case .limit, .seconds, .count: value.number != nil
        case .choice(let words): value.text.map(words.contains) ?? false
        case .identifier(let prefix, _): value == .string(prefix + "_1")
        case .scopes, .redirectURIs, .origins, .audiences, .recipients, .tools:
            value.items?.allSatisfy { $0.text != nil } ?? false
        case .sealed: value == [3, 1]
        }
    }

    /// Texts that a choice and an identifier might be taken for.
    private func strange(to kind: FieldKind) -> [JSON] {
        switch kind {
        case .choice(let words):
            words.flatMap { [$0.lowercased(), $0.uppercased()] }.filter { !words.contains($0) }.map(JSON.string)
                + words.flatMap { [.string($0 + " "), [.string($0)]] }
        case .identifier(let prefix, _):
            [
                .string(prefix), .string(prefix + "_"), .string(prefix + "_a b"), .string(prefix + "_é"),
                .string(prefix.uppercased() + "_1"), .string(prefix + "x_1"), .string("x" + prefix + "_1"),
                .string(prefix + "_" + String(repeating: "a", count: 65)), [.string(prefix + "_1")],
            ]
        case .text, .lines, .name, .slug, .email, .flag, .limit, .seconds, .count, .object, .scopes, .redirectURIs,
            .origins, .audiences, .recipients, .tools, .moment, .stored, .sealed:
            []
        }
    }

    /// Values that the field takes; null among them where there may be none.
    private func right<R: Resource>(for field: Field<R>) -> [JSON] {
        let isSetByServer = field.need == .internalOnly && field.get(R()) == .null
        let own: [JSON] =
            switch field.kind {
            case .text, .lines, .name, .slug, .email, .object, .moment, .stored: ["a word"]
            case .flag: [true, false]
            case .limit, .seconds, .count: [7]
            case .choice(let words): words.map(JSON.string)
            case .identifier(let prefix, _): [.string(prefix + "_1")]
            case .scopes, .redirectURIs, .origins, .audiences, .recipients, .tools: [["one", "two"], []]
            case .sealed: [[3, 1]]
            }
        return field.isNullable || isSetByServer ? own + [.null] : own
    }

    // MARK: Entries

    /// One that lives, with all of its references.
    func living<R: Resource>(_ kind: R.Type) throws -> Versioned<R>? {
        guard let type = creation(of: R.self) else { return nil }
        return try evolve(nil, by: entry(type, whole(R.self), of: R.self))
    }

    /// The data of a creation: whatever is required, and all references.
    private func whole<R: Resource>(_ kind: R.Type) -> Members {
        var data: Members = [:]
        for field in R.fields {
            switch field.kind {
            case .sealed: break
            case .identifier(let prefix, _): data[field.name] = .string(prefix + "_1")
            case .text, .lines, .name, .slug, .email, .flag, .limit, .seconds, .count, .object, .choice, .scopes,
                .redirectURIs, .origins, .audiences, .recipients, .tools, .moment, .stored:
                if field.need.isRequired { data[field.name] = right(for: field).first }
            }
        }
        return data
    }

    /// The same with one value that a creation may or may not have.
    private func creation<R: Resource>(_ field: Field<R>, _ value: JSON) -> Members {
        var data = whole(R.self)
        data[field.name] = value
        return data
    }

    /// Every type, of every schema that it ever had.
    private static let types = EntryType.allCases.flatMap { type in
        (1...type.schema).compactMap { EntryType.named(type.text, schema: $0) }
    }

    private func creation<R: Resource>(of kind: R.Type) -> EntryType? {
        Self.types.first { $0.changedKind == R.kind && $0.effect == .creates }
    }

    /// What an entry of that type follows.
    private func state<R: Resource>(of before: Versioned<R>, for type: EntryType) -> Versioned<R>? {
        var state = before
        switch type.effect {
        case .creates: return nil
        case .restores: state.state.status = .deleted
        case .updates, .deletes, .links, .unlinks, .records, .begins, .happens: break
        }
        return state
    }

    func entry(_ type: EntryType, _ data: Members) -> StoredEvent { entry(type, data, of: Tenant.self) }

    private func entry<R: Resource>(_ type: EntryType, _ data: Members, of kind: R.Type) -> StoredEvent {
        let id = Identifier<R>.named("x")
        return StoredEvent(
            index: 9,
            type: type,
            recordedAt: Instant(seconds: 1_800_000_000),
            chain: R.chain(of: id, in: .platform),
            actorHome: nil,
            stream: id.text,
            version: 2,
            data: data,
            sealedFields: [R.fields.filter { $0.kind.isSealed && data[$0.name] == nil }.map(\.name)],
        )
    }
}
