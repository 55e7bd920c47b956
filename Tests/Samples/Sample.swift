package import Chance
package import Identity
package import Wire

/// What a request sends to make or change one of a kind, read off the kind's own table of fields: a new kind needs none
/// written for it.
package struct Sample: Sendable {
    /// Where it is to stand.
    package let tenant: String
    package let partner: String
    /// What tells it from others of its kind.
    package let mark: String

    package init(tenant: String, partner: String, mark: String) {
        self.tenant = tenant
        self.partner = partner
        self.mark = mark
    }

    /// The body that makes one: all that is required, and its place.
    package func creation<R: ManagedResource>(_ kind: R.Type) -> Members {
        let isOfTenant = R.standsIn.contains(.tenant)
        var body: Members = [:]
        for field in R.fields {
            if field.name == "tenant_id", isOfTenant {
                body.append(field.name, .string(tenant))
            } else if field.name == "partner_id", !isOfTenant {
                body.append(field.name, .string(partner))
            } else if field.need.isRequired {
                body.append(field.name, value(of: field.kind))
            }
        }
        return body
    }

    /// The body that changes the first field that a request may change and that nothing else hangs on.
    package func change<R: ManagedResource>(_ kind: R.Type) -> Members {
        for field in R.fields where field.need == .required || field.need == .optional {
            switch field.kind {
            case .name, .text, .lines, .sealed: return [field.name: value(of: field.kind, "changed-" + mark)]
            case .slug, .email, .flag, .limit, .seconds, .count, .object, .choice, .identifier, .scopes,
                .redirectURIs, .origins, .audiences, .recipients, .tools, .moment, .stored:
                continue
            }
        }
        return [:]
    }

    /// The body of one that is made, or changed, in some of what it need not say; dice choose what and how.
    package func some<R: ManagedResource>(of kind: R.Type, isNew: Bool, _ dice: inout Dice) -> Members {
        var body = isNew ? creation(R.self) : [:]
        for field in R.fields where body[field.name] == nil && dice.onceIn(2) {
            let mayBeSaid = field.need == .optional || !isNew && field.need == .required
            guard mayBeSaid, let value = Self.free(field.kind, &dice) else { continue }
            body.append(field.name, field.isNullable && dice.onceIn(4) ? .null : value)
        }
        return body
    }

    /// A value that nothing but the field itself has an opinion on; nil for kinds of which others have one.
    private static func free(_ kind: FieldKind, _ dice: inout Dice) -> JSON? {
        let word = "w\(dice.below(1_000_000))"
        return switch kind {
        case .text, .lines, .name: .string("Sample " + word)
        case .email: .string(word + "@example.com")
        case .flag: .bool(dice.onceIn(2))
        case .limit: .integer(Int64(dice.below(1_000)) + 10)
        case .seconds(let range), .count(let range): .integer(range.lowerBound + Int64(dice.below(60)))
        case .object: ["a": .string(word), "n": .integer(Int64(dice.below(9)))]
        case .choice(let words): dice.pick(words).map(JSON.string)
        case .scopes: .array([.string(word + ":read")])
        case .redirectURIs, .origins, .audiences, .recipients: ["https://\(word).example.com"]
        case .tools: [.string(word + ".search")]
        case .moment: .string("2099-01-01T00:00:\(10 + dice.below(50)).000000Z")
        case .sealed(let kind, _): free(kind, &dice)
        case .slug, .identifier, .stored: nil
        }
    }

    private func value(of kind: FieldKind) -> JSON { value(of: kind, mark) }

    private func value(of kind: FieldKind, _ mark: String) -> JSON {
        switch kind {
        case .text, .lines, .name, .stored: .string("Sample " + mark)
        case .slug: .string("sample-" + mark)
        case .email: .string("sample-\(mark)@example.com")
        case .flag: true
        case .limit: 7
        case .seconds(let range): .integer(range.lowerBound)
        // Many, for a sample that says how much it may do is to do much.
        case .count(let range): .integer(range.upperBound)
        case .object: ["sample": .string(mark)]
        // A thing that may stand at several levels stands in the tenant.
        case .choice(let words): .string(words.contains("TENANT") ? "TENANT" : words.first ?? "")
        case .identifier(let prefix, _): .string(prefix + "_" + mark)
        case .scopes: []
        case .redirectURIs, .origins, .audiences, .recipients: ["https://\(mark).example.com"]
        case .tools: [.string(mark + ".search")]
        case .moment: "2099-01-01T00:00:00.000000Z"
        case .sealed(let kind, _): value(of: kind, mark)
        }
    }
}
