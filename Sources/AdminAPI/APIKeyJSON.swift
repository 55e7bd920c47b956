import Endpoints
import Identity
import Views
import Wire

/// An API key as answers show it: all that may be known of it once it was shown.
enum APIKeyJSON {
    /// `full_key` beside it, which is shown once.
    static let mintedName = "MintedApiKey"
    static let name = SchemaName.of(APIKey.noun)

    static let schemas: [(name: String, schema: Schema)] = [
        (name, schema), (mintedName, minted), (ClusterEndpoints.schemaName, ClusterEndpoints.schema),
        (SchemaName.of(Endpoint.Reply.problemNoun), Endpoint.Reply.problemSchema),
    ]

    static let createBody = Schema.object([
        .init("name", FieldKind.name.schema, "What the audit calls it", required: true),
        .init("scopes", scopes, "What it opens", required: true),
        .init("workspace_id", .nullable(.string()), "A partner or a tenant; the caller's own place when left out"),
        .init("notes", .nullable(FieldKind.lines(max: 2_000).schema), "What it is for"),
        .init("expires_at", .nullable(.time), "From when on it opens nothing"),
    ])

    static let updateBody = Schema.object([
        .init("name", FieldKind.name.schema, "What the audit calls it"),
        .init("scopes", scopes, "What it opens, instead of what it opened"),
        .init("notes", .nullable(FieldKind.lines(max: 2_000).schema), "What it is for"),
    ])

    static let columns = [
        "id", "name", "prefix", "scopes", "status", "workspace_id", "notes", "expires_at", "created_at", "last_used_at",
    ]

    static func json(_ key: Versioned<APIKey>, _ lastUse: Instant?, _ now: Instant) -> JSON {
        let workspace: JSON =
            switch key.place {
            case .platform: .null
            case .partner, .tenant: .string(key.place.text)
            }
        return [
            "id": .string(key.id.text), "name": .string(key.state.name), "prefix": .string(key.state.beginning),
            "scopes": .array(key.state.scopes.map(JSON.string)),
            "status": .string(key.state.standing(at: now).rawValue), "workspace_id": workspace,
            "notes": key.state.notes.map(JSON.string) ?? .null,
            "expires_at": key.state.expiresAt.map(JSON.string) ?? .null,
            "created_at": .string(key.createdAt.text), "last_used_at": lastUse.map { .string($0.text) } ?? .null,
        ]
    }

    private static let scopes = FieldKind.scopes.schema

    private static let schema = Schema.object([
        .init("id", identifierSchema(APIKey.prefix), required: true),
        .init("name", .string(), required: true),
        .init("prefix", .string(), "What it begins with", required: true),
        .init("scopes", .array(.string()), required: true),
        .init("status", .choice(APIKey.Standing.allCases.map(\.rawValue)), required: true),
        .init("workspace_id", .nullable(.string()), "A partner or a tenant; null is the platform", required: true),
        .init("notes", .nullable(.string()), required: true),
        .init("expires_at", .nullable(.time), required: true),
        .init("created_at", .time, required: true),
        .init("last_used_at", .nullable(.time), "Of its present secret, to the minute", required: true),
    ])

    private static let minted = Schema.object([
        .init("full_key", .string(), "Shown once: when it is made, and never again", required: true),
        .init("api_key", .named(name), required: true),
    ])
}

extension RowReader {
    /// When the present secret of a key was last used; of the past nothing is known.
    func lastUse(of key: Versioned<APIKey>) throws -> Instant? {
        guard position == nil else { return nil }
        return try Secret.known(of: key.id, in: key.place, self).compactMap { try present.lastUse(of: $0.id) }.max()
    }
}
