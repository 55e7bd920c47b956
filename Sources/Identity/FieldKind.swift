package import Wire

/// What a field may hold.
///
/// Every text and list is bounded, because an entry must fit its 65,535 bytes.
package indirect enum FieldKind: Sendable {
    case text(max: Int)
    /// A text that may have several lines.
    case lines(max: Int)
    case name
    case slug
    case email
    case flag
    case limit
    case seconds(ClosedRange<Int64>)
    /// How many of something; `null` for any number.
    case count(ClosedRange<Int64>)
    /// An administrator's own JSON object, stored as its compact text.
    case object
    case choice([String])
    /// Written as ``Identifier`` reads it, which `isWhole` asks.
    case identifier(prefix: String, isWhole: @Sendable (String) -> Bool)
    case scopes
    case redirectURIs
    case origins
    case audiences
    /// Whom tokens are for, in whatever words their verifiers use: names of hosts too.
    case recipients
    case tools
    /// A moment, in RFC 3339 form with its zone; stored in the ledger's own form.
    case moment
    /// Stored by the product alone (a moment, a hash): never in a request body.
    case stored
    /// Kept in a sealed segment, under one of the resource's data keys.
    case sealed(FieldKind, SealingKey)

    package static let nameCharactersMax = 200
    package static let emailCharactersMax = 254
    package static let objectBytesMax = 16 * 1024
    package static let listItemsMax = 100
    package static let scopeCharactersMax = 128
    package static let uriCharactersMax = 1024
    package static let toolCharactersMax = 128
    package static let limitMax: Int64 = 1_000_000_000

    package var isSealed: Bool { sealing != nil }

    /// The data key that seals it.
    package var sealing: SealingKey? {
        if case .sealed(_, let key) = self { key } else { nil }
    }

    /// Whether it is kept by the product for itself, and shown to nobody.
    package var isHidden: Bool {
        switch self {
        case .stored: true
        case .sealed(let kind, _): kind.isHidden
        case .text, .lines, .name, .slug, .email, .flag, .limit, .seconds, .count, .object, .choice, .identifier,
            .scopes, .redirectURIs, .origins, .audiences, .recipients, .tools, .moment:
            false
        }
    }

    /// The value as bodies and answers have it, from its stored form; nothing of what is sealed.
    package func shown(_ stored: JSON) -> JSON {
        switch self {
        case .object:
            // Administrators' own JSON is stored as its compact text, so that its numbers and order come back.
            stored.text.flatMap { try? JSON.parse(Array($0.utf8)) } ?? .null
        case .sealed:
            .null
        case .text, .lines, .name, .slug, .email, .flag, .limit, .seconds, .count, .choice, .identifier, .scopes,
            .redirectURIs, .origins, .audiences, .recipients, .tools, .moment, .stored:
            stored
        }
    }

    /// The form in which a value is stored, as a word: part of what rows follow from.
    package var form: String {
        switch self {
        case .text, .lines, .name, .slug, .email, .moment, .stored, .object, .choice: "text"
        case .flag: "flag"
        case .limit, .seconds, .count: "number"
        case .identifier(let prefix, _): "identifier \(prefix)"
        case .scopes, .redirectURIs, .origins, .audiences, .recipients, .tools: "texts"
        case .sealed(let kind, let key): "sealed \(kind.form) \(key.rawValue)"
        }
    }

    package var isSlug: Bool {
        if case .slug = self { true } else { false }
    }

    /// The value as it will be stored, or what is wrong with it.
    package func check(_ value: JSON, at location: [String]) -> Result<JSON, FieldFault> {
        switch self {
        case .text(let max): Self.text(value, 0...max, location)
        case .lines(let max): Self.text(value, 0...max, hasLines: true, location)
        case .name: Self.name(value, location)
        case .slug: Self.slug(value, location)
        case .email: Self.email(value, location)
        case .flag:
            value.flag == nil ? Self.fault(location, "Input should be true or false", "bool_type") : .success(value)
        case .limit: Self.integer(value, 0...Self.limitMax, location)
        case .seconds(let range), .count(let range): Self.integer(value, range, location)
        case .object: Self.object(value, location)
        case .choice(let choices): Self.choice(value, choices, location)
        case .identifier(let prefix, let isWhole): Self.identifier(value, prefix, isWhole, location)
        case .scopes: Self.list(value, location, Scope.check)
        case .redirectURIs: Self.list(value, location, RedirectURI.check)
        case .origins: Self.list(value, location, Origin.check)
        case .audiences: Self.list(value, location, TokenAudience.check)
        case .recipients: Self.list(value, location, TokenAudience.checkRecipient)
        case .tools: Self.list(value, location, ToolName.check)
        case .moment: Self.moment(value, location)
        case .stored: Self.fault(location, "This field is set by the server", "extra_forbidden")
        case .sealed(let kind, _): kind.check(value, at: location)
        }
    }
}

/// The issues of one value, as an error so that a check can be a `Result`.
package struct FieldFault: Error, Sendable, Equatable {
    package let issues: [FieldIssue]
}
