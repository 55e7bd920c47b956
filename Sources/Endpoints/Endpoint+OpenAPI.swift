import Wire

/// One endpoint as an operation of the OpenAPI document.
extension Endpoint {
    /// What the endpoint is about: `tenants` in `tenants.update`.
    var noun: String { String(name.prefix { $0 != "." }) }

    /// Every schema that the endpoint mentions.
    var schemas: [Schema] {
        parameters.map(\.schema) + [body?.schema].compactMap(\.self) + replies.compactMap(\.schema)
    }

    func operation(id: String) -> JSON {
        let parameters = pathParameters + self.parameters.filter { $0.place != .path }
        return .object(
            ["operationId": .string(id), "tags": [.string(noun)], "summary": .string(summary)] + [
                ("parameters", parameters.isEmpty ? nil : .array(parameters.map(\.json))),
                ("requestBody", body?.json),
                ("responses", .object(responses)),
                ("security", security),
            ]
        )
    }

    /// OpenAPI 3.1 §4.8.30: one requirement of the list suffices, and names the roles that are needed.
    private var security: JSON {
        let keys: [JSON] = takesKeys ? [["key": []]] : []
        return .array(access.requirements + keys)
    }

    /// Each named part of the path, as described or, undescribed, as a plain string: OpenAPI wants every one.
    private var pathParameters: [Parameter] {
        path.parameterNames.map { name in
            parameters.first { $0.place == .path && $0.name.bytesEqual(name) }
                ?? Parameter(name, in: .path, "", .string())
        }
    }

    /// Whether the server may answer in its place that it has too much to do.
    private var mayBeShed: Bool { !isAnsweredUnderOverload && !replies.contains { $0.status == 503 } }

    private static let shed = Reply(
        503,
        "The server has more to do than it can",
        .object([.init("detail", .string(), required: true)], closed: false)
    )

    /// The shape of replies that share a status and a media type; nil where they have none.
    private static func schema(of replies: [Reply]) -> JSON? {
        var schemas: [JSON] = []
        for schema in replies.compactMap(\.schema?.json) where !schemas.contains(schema) { schemas.append(schema) }
        return schemas.count > 1 ? ["anyOf": .array(schemas)] : schemas.first
    }

    /// Replies of one status become one response with several media types.
    private var responses: Members {
        let replies = replies + (mayBeShed ? [Self.shed] : [])
        var statuses: [Int] = []
        for reply in replies where !statuses.contains(reply.status) { statuses.append(reply.status) }
        return Members(
            statuses.map { status in
                let alternatives = replies.filter { $0.status == status }
                // One status may come for several reasons, each with a shape of its own.
                var content: Members = [:]
                for reply in alternatives where content[reply.mediaType] == nil {
                    let schema = Self.schema(of: alternatives.filter { $0.mediaType.bytesEqual(reply.mediaType) })
                    content[reply.mediaType] = schema.map { ["schema": $0] }
                }
                let summary = alternatives.map(\.summary).joined(separator: "; ")
                return (
                    "\(status)",
                    .object(
                        ["description": .string(summary)] + [
                            ("content", content.isEmpty ? nil : .object(content))
                        ]
                    )
                )
            }
        )
    }
}

extension Endpoint.Parameter {
    fileprivate var json: JSON {
        .object(
            ["name": .string(name), "in": .string(place.rawValue)] + [
                ("description", summary.isEmpty ? nil : .string(summary)),
                ("required", required ? true : nil),
                ("schema", schema.json),
            ]
        )
    }
}

extension Endpoint.Body {
    fileprivate var json: JSON {
        ["required": .bool(required), "content": .object(Members([(mediaType, ["schema": schema.json] as JSON)]))]
    }
}

extension Endpoint.Access {
    fileprivate var requirements: [JSON] {
        switch self {
        case .open: []
        case .client: [["client": []]]
        case .bearer(let scopes) where scopes.isEmpty: [["bearer": []]]
        case .bearer(let scopes): scopes.map { ["bearer": [.string($0)]] }
        }
    }
}

extension PathTemplate {
    /// Without a slash at the end: both forms are answered, one is documented.
    var documented: String {
        description.utf8.count > 1 && description.hasSuffix("/") ? String(description.dropLast()) : description
    }
}
