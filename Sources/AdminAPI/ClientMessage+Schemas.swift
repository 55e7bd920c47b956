import Endpoints
import Identity

extension ClientMessage {
    /// What the document calls these shapes: as the contract does.
    static let requestName = "OrganizationClient"
    static let createdName = "CreateOrganizationClientResponse"
    static let shownName = "GetOrganizationClientResponse"
    static let listName = "ListOrganizationClientsResponse"
    static let secretName = "CreateOrganizationClientSecretResponse"

    static let schemas: [(name: String, schema: Schema)] = [
        (requestName, .object(asked, closed: false)),
        ("M2MClient", .object(shown)),
        ("ClientSecret", .object(secret)),
        (createdName, .object([client, plainSecret])),
        (shownName, .object([client])),
        (secretName, .object([plainSecret, .init("secret", .named("ClientSecret"), required: true)])),
        (
            listName,
            .object([
                .init("next_page_token", .string(), "Empty on the last page", required: true),
                .init("total_size", .integer(min: 0), required: true),
                .init("clients", .array(.named("M2MClient")), required: true),
                .init("prev_page_token", .string(), "Empty on the first page", required: true),
            ])
        ),
    ]

    private static let client = Schema.Property("client", .named("M2MClient"), required: true)
    private static let plainSecret = Schema.Property(
        "plain_secret",
        .string(pattern: "^live_[0-9A-Za-z]{64}$"),
        "Shown once: when it is made, and never again",
        required: true
    )

    private static let scopes = FieldKind.scopes.schema
    private static let audience = FieldKind.recipients.schema
    private static let claimName = Schema.string(minLength: 1, maxLength: OrganizationClient.claimNameCharactersMax)

    private static let asked: [Schema.Property] = [
        .init("name", .nullable(.string(maxLength: OrganizationClient.nameCharactersMax)), "Needed of a new one"),
        .init("description", .nullable(.string(maxLength: OrganizationClient.descriptionCharactersMax))),
        .init("scopes", .nullable(scopes), "The most its tokens can carry, in words of the organization's own"),
        .init("audience", .nullable(audience), "Whom its tokens are for: URIs or names of hosts"),
        .init(
            "custom_claims",
            .nullable(
                .array(
                    .object(
                        [.init("key", claimName, required: true), .init("value", .nullable(.string()))],
                        closed: false
                    ),
                    maxItems: OrganizationClient.claimsMax
                )
            ),
            "Texts that its tokens carry, by their names; replaced as a whole"
        ),
        .init(
            "expiry",
            .nullable(
                .any(of: [
                    .integer(min: 0, max: OrganizationClient.expirySeconds.upperBound), .string(pattern: "^[0-9]*$"),
                ])
            ),
            "Seconds a token lives, 300 to 86400; 0 for 3600, and no change of one that is there"
        ),
    ]

    private static let shown: [Schema.Property] = [
        .init("client_id", .string(pattern: "^m2morg_[0-9]{17}$"), required: true),
        .init("secrets", .array(.named("ClientSecret")), "The oldest first", required: true),
        .init("name", .string(), required: true),
        .init("description", .string()),
        .init("organization_id", identifierSchema(Tenant.prefix), required: true),
        .init("create_time", .time, required: true), .init("update_time", .time, required: true),
        .init("scopes", scopes, required: true), .init("audience", audience, required: true),
        .init(
            "custom_claims",
            .array(.object([.init("key", claimName, required: true), .init("value", .string(), required: true)])),
            required: true
        ),
        .init("expiry", .string(pattern: "^[0-9]+$"), "Seconds a token lives", required: true),
    ]

    private static let secret: [Schema.Property] = [
        .init("id", .string(pattern: "^sks_[0-9]{17}$"), required: true),
        .init("create_time", .time, required: true), .init("update_time", .time, required: true),
        .init("secret_suffix", .string(), "Its last four characters", required: true),
        .init("status", .choice(["ACTIVE", "INACTIVE"]), required: true),
        .init("expire_time", .time, "When it ends, if it does"),
        .init("last_used_time", .time, "To the minute"),
    ]
}
