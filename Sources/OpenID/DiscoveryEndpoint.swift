import Endpoints
import Engine
import Identity
import Views
import Wire

/// Serves each issuer's metadata wherever OpenID Connect, RFC 8414 and the contract look for it.
struct DiscoveryEndpoint: Sendable {
    static let name = "oauth.discovery"

    let instance: Instance
    let settings: OpenIDSettings

    private static let platformPaths = [
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
        "/api/v1/platform/oauth/.well-known/openid-configuration",
    ]

    /// The tenant by its identifier, which no rename changes.
    private static let issuerPaths = [
        "/tenants/{tenant_id}/.well-known/openid-configuration",
        "/tenants/{tenant_id}/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration/tenants/{tenant_id}",
        "/.well-known/oauth-authorization-server/tenants/{tenant_id}",
    ]

    var endpoints: [Endpoint] {
        let platform = Self.platformPaths.map { path in
            endpoint(path) { _, _ in
                answer(Metadata.platform(settings))
            }
        }
        let issuers = Self.issuerPaths.map { path in
            endpoint(path) { _, path in
                answer(tenant: TenantID(path["tenant_id"]))
            }
        }
        let slug = endpoint("/api/v1/auth/tenants/{slug}/.well-known/openid-configuration") { _, path in
            answer(slug: path["slug"])
        }
        return (platform + issuers + [slug]).map { $0.asPublicDocument() }
    }

    private func endpoint(_ path: String, _ answer: @escaping Endpoint.Answer) -> Endpoint {
        Endpoint(
            .get,
            PathTemplate(path),
            name: Self.name,
            access: .open,
            "An issuer's metadata",
            replies: [Endpoint.Reply(200, "The metadata", .anyObject)] + Metadata.refusals,
            answer: answer
        )
    }

    private func answer(slug: String) -> Response {
        instance.publish(Self.name) { snapshot in
            guard case .tenant(let id) = try AskedIssuer.tenant(slug: slug).place(snapshot) else {
                throw Rejection.notFound(Tenant.noun)
            }
            return try answer(tenant: id, snapshot)
        }
    }

    private func answer(tenant id: TenantID?) -> Response {
        guard let id else { return Metadata.unknownTenant }
        return instance.publish(Self.name) { try answer(tenant: id, $0) }
    }

    /// A tenant that is suspended keeps its metadata: verifiers still need to read them.
    ///
    /// A deleted one is unknown.
    private func answer(tenant id: TenantID, _ snapshot: ViewSnapshot) throws -> Response {
        answer(Metadata.tenant(id, slug: try snapshot.living(id).state.slug, settings))
    }

    private func answer(_ metadata: Metadata) -> Response {
        let algorithms = instance.keyRing.algorithms(at: instance.world.wall())
        return .json(200, metadata.document(algorithms: algorithms).compact)
            .adding("cache-control", KeySetEndpoint.cache)
    }
}
