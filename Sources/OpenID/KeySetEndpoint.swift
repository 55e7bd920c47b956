import Endpoints
import Engine
import Identity
import Wire

/// Publishes the keys that tokens are verified with (RFC 7517): the same set at every address.
struct KeySetEndpoint: Sendable {
    /// A next key is published long before it signs, so a verifier's cache may be a few minutes old.
    static let cache = "public, max-age=300"

    static let name = "oauth.keys"

    let instance: Instance

    /// Beside each issuer's documented address stands one below its `/oauth` (decision 19 of the contract).
    private static let platformPaths = [
        "/keys", "/oauth/.well-known/jwks.json", "/api/v1/platform/.well-known/jwks.json",
        "/api/v1/platform/oauth/.well-known/jwks.json",
    ]

    private static let tenantPaths = [
        "/api/v1/auth/tenants/{slug}/.well-known/jwks.json", "/api/v1/auth/tenants/{slug}/oauth/.well-known/jwks.json",
    ]

    var endpoints: [Endpoint] {
        let platform = Self.platformPaths.map { path in
            endpoint(path) { _, _ in answer() }
        }
        let tenants = Self.tenantPaths.map { path in
            endpoint(path, others: Metadata.refusals) { _, path in answer(slug: path["slug"]) }
        }
        return (platform + tenants).map { $0.asPublicDocument() }
    }

    private func answer(slug: String) -> Response {
        instance.publish(Self.name) { snapshot in
            guard try AskedIssuer.tenant(slug: slug).place(snapshot) != nil else {
                throw Rejection.notFound(Tenant.noun)
            }
            return answer()
        }
    }

    private func endpoint(
        _ path: String,
        others: [Endpoint.Reply] = [],
        _ answer: @escaping Endpoint.Answer,
    ) -> Endpoint {
        Endpoint(
            .get,
            PathTemplate(path),
            name: Self.name,
            access: .open,
            "The keys that verify tokens",
            replies: [
                Endpoint.Reply(
                    200,
                    "A JWK set",
                    .object([.init("keys", .array(.anyObject), "Public keys", required: true)], closed: false)
                )
            ] + others,
            answer: answer
        )
    }

    private func answer() -> Response {
        .json(200, instance.keyRing.keySet(at: instance.world.wall()).compact).adding("cache-control", Self.cache)
    }
}
