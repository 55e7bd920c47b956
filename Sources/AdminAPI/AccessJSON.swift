import Endpoints
import Engine
import Identity
import Views
import Wire

/// What an actor could do, and who could do something, as answers show it; each line with the entry that gave it.
enum AccessJSON {
    static func json<R: ManagedResource>(_ access: ActorAccess, of actor: Versioned<R>) -> JSON {
        [
            "id": .string(actor.id.text), "kind": .string(R.kind.rawValue), "active": .bool(access.isActive),
            "why": .array(
                access.stops.map { stop in
                    [
                        "kind": .string(stop.kind.rawValue), "resource_id": .string(stop.id),
                        "status": .string(stop.status.rawValue), "index": index(stop.index),
                    ]
                }
            ),
            "roles": .array(
                access.roles.map { role in
                    [
                        "id": .string(role.id.text), "role": .string(role.role.rawValue),
                        "place": .string(actor.place.text), "source": "direct", "index": index(role.index),
                    ]
                }
            ),
            "scopes": .array(
                access.scopes.map { scope in
                    [
                        "scope": .string(scope.scope), "source": scope.role == nil ? allowedScopes : role,
                        "role_id": scope.role.map { .string($0.text) } ?? .null, "index": index(scope.index),
                    ]
                }
            ),
            "secrets": .array(
                access.secrets.map { secret in
                    [
                        "id": .string(secret.id.text), "expires_at": secret.expiresAt.map(JSON.string) ?? .null,
                        "index": index(secret.index),
                    ]
                }
            ),
        ]
    }

    /// - Parameter isNamed: whether the reader may know which person it is; programs are named to everybody.
    static func json(_ holder: ScopeHolder, isNamed: Bool, index given: UInt64?) -> JSON {
        var members: Members = [:]
        for (name, value) in source(holder.source, isNamed: isNamed, given) { members.append(name, value) }
        members.append("place", .string(holder.place.text))
        members.append("scope", .string(holder.scope))
        return .object(members)
    }

    private static func source(_ source: ScopeHolder.Source, isNamed: Bool, _ given: UInt64?) -> Members {
        switch source {
        case .allowedScopes(let id):
            [
                "kind": .string(id.kind.rawValue), "id": .string(id.text), "source": allowedScopes,
                "role": .null, "role_id": .null, "index": index(given),
            ]
        case .role(let grant, let held, let user) where isNamed:
            [
                "kind": .string(Kind.user.rawValue), "id": .string(user.text), "source": role,
                "role": .string(held.rawValue), "role_id": .string(grant.text), "index": index(given),
            ]
        case .role:
            [
                "kind": .string(Kind.user.rawValue), "id": .null, "source": role, "role": .null, "role_id": .null,
                "index": .null,
            ]
        }
    }

    /// The kinds of those who act.
    private static let actors = [Kind.user, .application, .agent, .client].map(\.rawValue)
    private static let allowedScopes: JSON = "allowed_scopes"
    private static let role: JSON = "role"

    private static func index(_ index: UInt64?) -> JSON { index.map { .integer(Int64($0)) } ?? .null }

    private static let given = Schema.Property(
        "index",
        .nullable(.integer(min: 0)),
        "The entry that gave it; null where that is not told, or lies too far back",
        required: true
    )
    private static let source = Schema.choice(["allowed_scopes", "role"])
    private static let roles = Schema.choice(RoleGrant.Role.allCases.map(\.rawValue))

    static let actorSchema = Schema.object([
        .init("id", .string(), required: true),
        .init("kind", .choice(actors), required: true),
        .init("active", .boolean, "Whether it could act at all", required: true),
        .init(
            "why",
            .array(
                .object([
                    .init("kind", .string(), required: true), .init("resource_id", .string(), required: true),
                    .init("status", .choice(Status.allCases.map(\.rawValue)), required: true), given,
                ])
            ),
            "What was not active, the actor itself or above it",
            required: true
        ),
        .init(
            "roles",
            .array(
                .object([
                    .init("id", identifierSchema(RoleGrant.prefix), required: true),
                    .init("role", roles, required: true),
                    .init("place", .string(), "Where it reaches, with all below", required: true),
                    .init("source", .choice(["direct"]), "Where it comes from", required: true), given,
                ])
            ),
            required: true
        ),
        .init(
            "scopes",
            .array(
                .object([
                    .init("scope", .string(), required: true), .init("source", source, required: true),
                    .init("role_id", .nullable(identifierSchema(RoleGrant.prefix)), required: true), given,
                ])
            ),
            required: true
        ),
        .init(
            "secrets",
            .array(
                .object([
                    .init("id", identifierSchema(Secret.prefix), required: true),
                    .init("expires_at", .nullable(.time), required: true), given,
                ])
            ),
            "Those that worked",
            required: true
        ),
    ])

    /// The names of a holder's members, in the order of the document.
    static let columns = properties.map(\.name)

    static let holderSchema = Schema.object(properties)

    private static let properties: [Schema.Property] = [
        .init("kind", .choice(actors), required: true),
        .init("id", .nullable(.string()), "Who; null of people who act from above their reader", required: true),
        .init("source", source, required: true), .init("role", .nullable(roles), required: true),
        .init("role_id", .nullable(identifierSchema(RoleGrant.prefix)), required: true), given,
        .init("place", .string(), "Where it stands: there or above", required: true),
        .init(
            "scope",
            .string(),
            "The scope that it holds, which is the one asked about or stands for it",
            required: true
        ),
    ]
}
