import Endpoints
import Identity
import Wire

/// What the document calls the shapes of a resource.
enum SchemaName {
    /// `signing_key` is `SigningKey`.
    static func of(_ noun: String) -> String {
        noun.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
    static func create(_ noun: String) -> String { of(noun) + "Create" }
    static func update(_ noun: String) -> String { of(noun) + "Update" }
    static func data(_ noun: String) -> String { "ApiResponse_" + of(noun) }
    static func page(_ noun: String) -> String { "PaginatedResponse_" + of(noun) }
    static func moved(_ noun: String) -> String { of(noun) + "Moved" }
}

extension Schema {
    static func data(_ noun: String) -> Self { .named(SchemaName.data(noun)) }
    static func page(of noun: String) -> Self { .named(SchemaName.page(noun)) }
    static func moved(_ noun: String) -> Self { .named(SchemaName.moved(noun)) }

    /// A shape that is only ever told of one, and its envelope, as components by their names.
    static func data(_ noun: String, _ schema: Schema) -> [(name: String, schema: Schema)] {
        let item = Schema.named(SchemaName.of(noun))
        return [(SchemaName.of(noun), schema), (SchemaName.data(noun), .object([.init("data", item, required: true)]))]
    }

    /// The envelopes around a shape, as components by their names.
    ///
    /// - Parameter beside: what stands beside the page of a list.
    static func envelopes(
        _ noun: String,
        _ schema: Schema,
        beside: [Property] = [],
    ) -> [(name: String, schema: Schema)] {
        let item = Schema.named(SchemaName.of(noun))
        return data(noun, schema) + [
            (
                SchemaName.page(noun),
                .object(
                    beside + [
                        .init("data", .array(item), required: true),
                        .init("pagination", .named("Pagination"), required: true),
                    ]
                )
            )
        ]
    }
}

extension ManagedResource {
    /// Its shapes: as answered, on create, on change.
    static var schemas: [(name: String, schema: Schema)] {
        let more = moreShown.map { Schema.Property($0.name, identifierSchema(prefix), $0.summary, required: true) }
        let secret =
            hasSecret
            ? [Schema.Property("client_secret", .string(minLength: 43), "Shown once: when it is made, and never again")]
            : []
        let identifier = Schema.Property("id", identifierSchema(prefix), "For ever", required: true)
        let times = [
            Schema.Property("created_at", .time, required: true), Schema.Property("updated_at", .time, required: true),
            Schema.Property("deleted_at", .nullable(.time), required: true),
        ]
        let shown = fields.filter { !$0.kind.isHidden }.map { field in
            // Callers below are shown less.
            let isRequired = shownBelow.isEmpty || shownBelow.contains { $0 == field.path }
            return Schema.Property(field.name, field.shown, field.summary, required: isRequired)
        }
        let settable = fields.filter { !$0.need.isInternal }
        let created = settable.map { Schema.Property($0.name, $0.settable, $0.summary, required: $0.need.isRequired) }
        let updated = settable.filter { !$0.need.isFixed }.map { Schema.Property($0.name, $0.settable, $0.summary) }
        let answered = Schema.envelopes(noun, .object([identifier] + more + secret + shown + times))
        if isWrittenElsewhere { return answered }
        return answered + [
            (SchemaName.create(noun), .object(created)), (SchemaName.update(noun), .object(updated)),
        ]
    }
}

extension Field {
    fileprivate var settable: Schema { isNullable ? .nullable(kind.schema) : kind.schema }

    /// A status may also be one that only the product sets, and what is sealed may have been erased.
    fileprivate var shown: Schema {
        if name == "status" { return .choice(Status.allCases.map(\.rawValue)) }
        return kind.isSealed ? .any(of: [settable, .erased]) : settable
    }
}

extension Field.Need {
    fileprivate var isFixed: Bool {
        switch self {
        case .fixed, .requiredFixed, .internalOnly: true
        case .required, .optional: false
        }
    }
}

extension Schema {
    static let time = Schema.string(format: "date-time")
    /// What stands in the place of a sealed value whose key was destroyed.
    static let erased = Schema.object([.init("erased", .boolean, required: true)])
}

func identifierSchema(_ prefix: String) -> Schema { .string(maxLength: 68, pattern: "^\(prefix)_[A-Za-z0-9_-]{1,64}$") }

extension FieldKind {
    /// The same bounds that ``check(_:at:)`` holds a value to.
    var schema: Schema {
        switch self {
        case .text(let max), .lines(let max): .string(maxLength: max)
        case .name: .string(minLength: 1, maxLength: Self.nameCharactersMax)
        case .slug: .string(minLength: 1, maxLength: 63, pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
        case .email: .string(format: "email", maxLength: Self.emailCharactersMax)
        case .flag: .boolean
        case .limit: .integer(min: 0, max: Self.limitMax)
        case .seconds(let range), .count(let range): .integer(min: range.lowerBound, max: range.upperBound)
        case .object: .anyObject
        case .choice(let choices): .choice(choices)
        case .identifier(let prefix, _): identifierSchema(prefix)
        case .scopes: .array(.string(minLength: 1, maxLength: Self.scopeCharactersMax), maxItems: Self.listItemsMax)
        case .redirectURIs, .origins, .audiences, .recipients:
            .array(.string(minLength: 1, maxLength: Self.uriCharactersMax), maxItems: Self.listItemsMax)
        case .tools:
            .array(
                .string(minLength: 1, maxLength: Self.toolCharactersMax, pattern: "^[\\x21-\\x7e]+$"),
                maxItems: Self.listItemsMax
            )
        case .moment: .time
        case .stored: .string()
        case .sealed(let kind, _): kind.schema
        }
    }
}
