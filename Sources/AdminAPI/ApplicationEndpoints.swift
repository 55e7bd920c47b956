import Endpoints
import Engine
import Identity
import Views
import Wire

/// Applications, and the secrets they prove themselves with.
struct ApplicationEndpoints {
    private let applications: ResourceEndpoints<Application>
    private let secrets: SecretEndpoints

    init(_ admin: Admin) {
        applications = ResourceEndpoints(admin: admin)
        secrets = SecretEndpoints(admin: admin)
    }

    var all: [Endpoint] {
        [
            .get("/applications", .reads(.applications), "List applications", applications.list),
            .post("/applications", .writes(.applications), "Register an application", applications.create),
            .get("/applications/{application_id}", .reads(.applications), "Read an application", applications.read),
            .patch(
                "/applications/{application_id}",
                .writes(.applications),
                "Change an application",
                applications.update
            ),
            .delete(
                "/applications/{application_id}",
                .writes(.applications),
                "Delete an application",
                applications.delete
            ),
            .get(
                "/applications/{application_id}/secrets",
                .reads(.applications),
                "List an application's secrets",
                secrets.list
            ),
            .post(
                "/applications/{application_id}/rotate-secret",
                .writes(.applications),
                "Put a new secret in the place of the present one, at once or with an overlap",
                secrets.rotate
            ),
        ]
    }

    static let shownMore = [
        Schema.Property("client_id", identifierSchema(Application.prefix), "The same as id", required: true),
        Schema.Property("client_secret", .string(minLength: 43), "Shown once: when it is made, and never again"),
    ]

    static let secretSchema = Schema.object([
        .init("id", identifierSchema(Secret.prefix), required: true),
        .init("suffix", .string(), "Its last four characters", required: true),
        .init("created_at", .time, required: true),
        .init("expires_at", .nullable(.time), "When an overlap ends", required: true),
        .init("last_used_at", .nullable(.time), "To the minute", required: true),
        .init("status", .choice(["ACTIVE", "EXPIRED"]), required: true),
    ])
}

extension Application: Administered {
    static var area: Scope.Area { .applications }
    static var isRead: EventType { .applicationRead }
    static var isListed: EventType { .applicationListed }
    static var filters: [String] { ["tenant_id", "partner_id", "scope", "application_type"] }
    static var hasChildren: Bool { false }
    static var tenantField: String? { "tenant_id" }
    static func chain(of application: Versioned<Application>) -> Chain { application.state.chain }
    static func more(of application: Versioned<Application>) -> Members { ["client_id": .string(application.id.text)] }

    static func comesWithSecret(_ changes: Changes<Application>) -> Bool {
        changes["application_type"]?.text.flatMap { Kind(rawValue: $0) }?.isConfidential ?? false
    }

    static func delete(
        _ id: ApplicationID,
        cascade: Bool,
        ifVersion: UInt64?,
        by authority: Authority,
        facts: some Facts,
    ) throws -> [Event] {
        try delete(id, ifVersion: ifVersion, by: authority, facts: facts)
    }
}
