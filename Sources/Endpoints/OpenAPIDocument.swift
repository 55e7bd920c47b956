package import Wire

/// What this server answers, told in the form that generators and reviewers read (OpenAPI 3.1.0).
///
/// It is made from the endpoints that answer, so it cannot tell of one that is not there, nor forget one.
package struct OpenAPIDocument: Sendable {
    package var title: String
    package var version: String
    package var summary: String
    /// The configured address of the server, without a slash at the end.
    package var serverURL: String
    package var endpoints: [Endpoint]
    /// The shapes that several endpoints share, by name.
    package var schemas: [(name: String, schema: Schema)]

    package init(
        title: String,
        version: String,
        summary: String,
        serverURL: String,
        endpoints: [Endpoint],
        schemas: [(name: String, schema: Schema)],
    ) {
        self.title = title
        self.version = version
        self.summary = summary
        self.serverURL = serverURL
        self.endpoints = endpoints
        self.schemas = schemas
    }

    /// The document, in the order of the endpoints, so that a change of the server reads as a small difference.
    package var json: JSON {
        precondition(missingSchemas.isEmpty, "schemas without a component: \(missingSchemas)")
        return [
            "openapi": "3.1.0",
            "info": ["title": .string(title), "version": .string(version), "description": .string(summary)],
            "servers": [["url": .string(serverURL)]],
            "tags": .array(tags.map { ["name": .string($0)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(Members(schemas.map { ($0.name, $0.schema.json) })),
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"],
                    "client": ["type": "http", "scheme": "basic"],
                    "key": ["type": "apiKey", "in": "header", "name": "API-Key"],
                ],
            ],
        ]
    }

    private var tags: [String] {
        endpoints.map(\.noun).reduce(into: []) { tags, noun in
            if !tags.contains(noun) { tags.append(noun) }
        }
    }

    private var paths: Members {
        var uses: [String: Int] = [:]
        var operations: [(path: String, members: Members)] = []
        for endpoint in endpoints {
            // OpenAPI 3.1 §4.8.10: an operationId is unique; one name at several paths is numbered from the second.
            uses[endpoint.name, default: 0] += 1
            let use = uses[endpoint.name, default: 1]
            let operation = endpoint.operation(id: use == 1 ? endpoint.name : "\(endpoint.name).\(use)")
            let path = endpoint.path.documented
            let place = operations.firstIndex { $0.path.bytesEqual(path) } ?? operations.count
            if place == operations.count { operations.append((path, Members())) }
            operations[place].members.append(endpoint.method.rawValue.lowercased(), operation)
        }
        return Members(operations.map { ($0.path, .object($0.members)) })
    }

    /// A reference that leads nowhere is a mistake in the program, not in a request.
    private var missingSchemas: [String] {
        let used = schemas.flatMap(\.schema.names) + endpoints.flatMap(\.schemas).flatMap(\.names)
        return used.filter { name in !schemas.contains { $0.name.bytesEqual(name) } }
    }
}
