import Endpoints
import Engine
import Identity
import Views
import Wire

/// The secrets of one application: told by what may be known of them, and replaced.
struct SecretEndpoints: Sendable {
    let admin: Admin

    /// More than rotation ever leaves alive at once.
    private static let secretsMax = 16

    var list: Operation {
        Operation(
            admin,
            "applications.list_secrets",
            parameters: [.page, .perPage],
            replies: [.init(200, "Its secrets, the oldest first", .page(of: Secret.noun)), .absent],
            run: showList
        )
    }

    var rotate: Operation {
        let overlap = Schema.integer(min: 0, max: Secret.overlapSecondsMax)
        return Operation(
            admin,
            "applications.rotate_secret",
            body: .optional(.object([.init("overlap_seconds", overlap, "How long the old one still works")])),
            replies: [.init(200, "The application with its new secret", .data(Application.noun)), .absent, .conflict],
            run: replace
        )
    }

    private func showList(_ call: Call) async throws(Refusal) -> Response {
        let id = try call.id("application_id", of: Application.self)
        let (authority, now) = (call.caller.authority, admin.instance.world.wall())
        let sight = try await call.look(for: id.text) { snapshot in
            let application = try snapshot.living(id)
            try authority.require(application.state.chain)
            let secrets = try snapshot.members(
                Secret.self,
                of: Membership("application_id", id.text),
                limit: Self.secretsMax
            )
            return (application.state.chain, try secrets.map { try Self.json($0, snapshot.lastUse(of: $0.id), now) })
        }
        let (chain, secrets) = sight.value
        try await call.record(.secretListed, chain: chain, stream: id.text)
        let page = PageNote(call.query, total: secrets.count)
        return .list(Array(secrets.page(page.page, of: page.perPage)), page, at: sight.index)
    }

    private static func json(_ secret: Versioned<Secret>, _ lastUse: Instant?, _ now: Instant) -> JSON {
        [
            "id": .string(secret.id.text), "suffix": .string(secret.state.suffix),
            "created_at": .string(secret.createdAt.text),
            "expires_at": secret.state.expiresAt.map(JSON.string) ?? .null,
            "last_used_at": lastUse.map { .string($0.text) } ?? .null,
            "status": secret.state.isLive(at: now) ? "ACTIVE" : "EXPIRED",
        ]
    }

    private func replace(_ call: Call) async throws(Refusal) -> Response {
        let overlap = try Self.overlapSeconds(call.body)
        let id = try call.id("application_id", of: Application.self)
        let secret = admin.newSecret()
        let rotation = RotateSecret(application: id, secret: secret, overlapSeconds: overlap)
        return try await call.post(rotation) { application, index in
            .single(200, version: application.version, at: index) { out in
                // An application has no sealed field, so there is nothing to open.
                ResourceJSON(application, secret: secret).write(to: &out) { _, _ in .null }
            }
        }
    }

    private static func overlapSeconds(_ body: Members) throws(Refusal) -> Int64 {
        var issues = body.filter { $0.name != "overlap_seconds" }.map {
            FieldIssue(["body", $0.name], "Extra inputs are not permitted", "extra_forbidden")
        }
        var seconds: Int64 = 0
        if let value = body["overlap_seconds"] {
            switch FieldKind.seconds(0...Secret.overlapSecondsMax).check(value, at: ["body", "overlap_seconds"]) {
            case .success(let checked): seconds = checked.number ?? 0
            case .failure(let fault): issues += fault.issues
            }
        }
        if !issues.isEmpty { throw .rejected(.invalid(issues)) }
        return seconds
    }
}
