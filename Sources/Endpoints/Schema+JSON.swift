package import Wire

/// Schemas in the words of JSON Schema 2020-12, which OpenAPI 3.1 shares.
extension Schema {
    package var json: JSON {
        switch self {
        case .string(let format, let minLength, let maxLength, let pattern):
            .object(
                ["type": "string"] + [
                    ("format", format.map(JSON.string)),
                    ("minLength", minLength.map(JSON.count)),
                    ("maxLength", maxLength.map(JSON.count)),
                    ("pattern", pattern.map(JSON.string)),
                ]
            )
        case .choice(let values):
            ["type": "string", "enum": .array(values.map(JSON.string))]
        case .address:
            ["anyOf": [["type": "string", "format": "ipv4"], ["type": "string", "format": "ipv6"]]]
        case .integer(let min, let max):
            .object(["type": "integer"] + [("minimum", min.map(JSON.integer)), ("maximum", max.map(JSON.integer))])
        case .boolean:
            ["type": "boolean"]
        case .array(let element, let maxItems):
            .object(["type": "array", "items": element.json] + [("maxItems", maxItems.map(JSON.count))])
        case .object(let properties, let closed):
            Self.object(properties, closed)
        case .anyObject:
            ["type": "object"]
        case .nullable(let schema):
            ["anyOf": [schema.json, ["type": "null"]]]
        case .any(let schemas):
            ["anyOf": .array(schemas.map(\.json))]
        case .anything:
            [:]
        case .named(let name):
            ["$ref": .string("#/components/schemas/\(name)")]
        }
    }

    /// The components that this schema points to.
    package var names: [String] {
        switch self {
        case .string, .choice, .address, .integer, .boolean, .anyObject, .anything: []
        case .array(let schema, _), .nullable(let schema): schema.names
        case .object(let properties, _): properties.flatMap(\.schema.names)
        case .any(let schemas): schemas.flatMap(\.names)
        case .named(let name): [name]
        }
    }

    private static func object(_ properties: [Property], _ closed: Bool) -> JSON {
        let required = properties.filter(\.required).map { JSON.string($0.name) }
        return .object(
            ["type": "object"] + [
                ("properties", properties.isEmpty ? nil : .object(Members(properties.map { ($0.name, $0.json) }))),
                ("required", required.isEmpty ? nil : .array(required)),
                ("additionalProperties", closed ? false : nil),
            ]
        )
    }
}

extension Schema.Property {
    fileprivate var json: JSON {
        guard !summary.isEmpty, case .object(let members) = schema.json else { return schema.json }
        return .object(members + [("description", .string(summary))])
    }
}

extension JSON {
    /// A number of things as a JSON integer.
    static func count(_ number: Int) -> JSON { .integer(Int64(number)) }
}

extension Members {
    /// The members with those of the others that have a value after them.
    static func + (members: Members, others: [(name: String, value: JSON?)]) -> Members {
        var all = members
        for (name, value) in others {
            if let value { all.append(name, value) }
        }
        return all
    }
}
