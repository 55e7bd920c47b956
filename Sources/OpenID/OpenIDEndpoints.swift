package import Endpoints
package import Engine
import Identity
import Wire

/// The OAuth 2 and OpenID endpoints of every issuer.
package enum OpenIDEndpoints {
    package static func table(_ instance: Instance, _ settings: OpenIDSettings) -> [Endpoint] {
        let issuers: [(prefix: String, issuer: @Sendable (PathParameters) -> AskedIssuer)] = [
            ("/oauth", { _ in .root }),
            ("/api/v1/platform/oauth", { _ in .platform }),
            ("/api/v1/auth/tenants/{slug}/oauth", { .tenant(slug: $0["slug"]) }),
        ]
        let clients = issuers.flatMap { clientEndpoints($0.prefix, $0.issuer, instance, settings) }
        return clients + KeySetEndpoint(instance: instance).endpoints
            + DiscoveryEndpoint(instance: instance, settings: settings).endpoints
    }

    private static func clientEndpoints(
        _ prefix: String,
        _ issuer: @escaping @Sendable (PathParameters) -> AskedIssuer,
        _ instance: Instance,
        _ settings: OpenIDSettings,
    ) -> [Endpoint] {
        let token = TokenEndpoint(instance: instance, settings: settings)
        let introspection = IntrospectionEndpoint(instance: instance)
        let revocation = RevocationEndpoint(instance: instance)
        return [
            form("\(prefix)/token", TokenEndpoint.name, "Issue an access token", tokenForm, tokenReply) {
                await token.answer($0, at: issuer($1))
            },
            form(
                "\(prefix)/introspect",
                IntrospectionEndpoint.name,
                "Tell about one's own token, or one that is for oneself",
                inspectedForm,
                introspectionReply
            ) {
                await introspection.answer($0, at: issuer($1))
            },
            form("\(prefix)/revoke", RevocationEndpoint.name, "Take back one's own token", inspectedForm, nil) {
                await revocation.answer($0, at: issuer($1))
            },
        ]
    }

    private static func form(
        _ path: String,
        _ name: String,
        _ summary: String,
        _ form: Schema,
        _ reply: Schema?,
        answer: @escaping Endpoint.Answer,
    ) -> Endpoint {
        Endpoint(
            .post,
            PathTemplate(path),
            name: name,
            access: .client,
            summary,
            dialect: .oauth,
            body: Endpoint.Body(form, mediaType: ClientRequest.mediaType),
            replies: [
                Endpoint.Reply(200, "Done", reply), Endpoint.Reply(400, "The request is refused", error),
                Endpoint.Reply(401, "The client is not proven", error),
                Endpoint.Reply(413, "The body is too large", error),
                Endpoint.Reply(415, "The body is compressed", error),
                Endpoint.Reply(429, "The client has asked as often as it may in a minute", error),
                Endpoint.Reply(500, "Our fault", error),
                Endpoint.Reply(503, "Try again later", error),
                Endpoint.Reply(507, "The disk is full", error),
            ],
            bodyBytesMax: ClientRequest.bodyBytesMax,
            isBrief: true,
            answer: answer
        )
    }

    private static let tokenForm = Schema.object(
        [
            .init("grant_type", .choice(["client_credentials"]), "The grant", required: true),
            .init("scope", .string(), "Scopes, apart by spaces; all that are allowed when left out"),
            .init(
                "tenant",
                .string(maxLength: 68),
                "At /oauth/token, for an application of a partner: the slug or id of the tenant to act in; else all of them"
            ),
            .init("resource", .string(format: "uri"), "Whom the token is for (RFC 8707)"),
            .init("client_id", .string(), "The client, unless it uses Basic"),
            .init("client_secret", .string(format: "password"), "Its secret, unless it uses Basic"),
        ],
        closed: false
    )

    private static let inspectedForm = Schema.object(
        [
            .init("token", .string(minLength: 1), "The token", required: true),
            .init("token_type_hint", .string(), "What kind of token it is"),
            .init("client_id", .string(), "The client, unless it uses Basic"),
            .init("client_secret", .string(format: "password"), "Its secret, unless it uses Basic"),
        ],
        closed: false
    )

    private static let tokenReply = Schema.object([
        .init("access_token", .string(), "A JWT (RFC 9068)", required: true),
        .init("token_type", .choice(["Bearer"]), "", required: true),
        .init("expires_in", .integer(min: 1), "Seconds", required: true),
        .init("scope", .string(minLength: 1), "What was granted; left out where nothing was"),
    ])

    private static let introspectionReply = Schema.object(
        [.init("active", .boolean, "Whether it stands", required: true)],
        closed: false
    )

    private static let error = Schema.object(
        [
            .init("error", .string(), "A code of RFC 6749 §5.2", required: true),
            .init("error_description", .string(), "What to do about it"),
        ],
        closed: false
    )
}
