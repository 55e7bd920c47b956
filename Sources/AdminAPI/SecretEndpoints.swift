import Endpoints
import Engine
import Identity
import Views
import Wire

/// The secrets of one application: told by what may be known of them, and replaced.
struct SecretEndpoints: Sendable {
    let admin: Admin

    var all: [Endpoint] {
        [
            .get(
                "/applications/{application_id}/secrets",
                .reads(Application.self),
                "List an application's secrets",
                list
            ),
            .post(
                "/applications/{application_id}/rotate-secret",
                .writes(Application.self),
                "Put a new secret in the place of the present one, at once or with an overlap",
                rotate
            ),
        ]
    }

    static let schema = Schema.object([
        .init("id", identifierSchema(Secret.prefix), required: true),
        .init("suffix", .string(), "Its last four characters", required: true),
        .init("created_at", .time, required: true),
        .init("expires_at", .nullable(.time), "When an overlap ends", required: true),
        .init("last_used_at", .nullable(.time), "To the minute; null as of a moment before", required: true),
        .init("status", .choice(["ACTIVE", "EXPIRED"]), required: true),
    ])

    private var list: Operation {
        Operation(
            admin,
            "applications.list_secrets",
            parameters: [.page, .perPage],
            replies: .page("Its secrets, the oldest first", of: Secret.noun) + [.absent],
            run: showList
        )
    }

    private var rotate: Operation {
        let overlap = Schema.integer(min: 0, max: Secret.overlapSecondsMax)
        return Operation(
            admin,
            "applications.rotate_secret",
            body: .optional(.object([.init("overlap_seconds", overlap, "How long the old one still works")])),
            replies: [.init(200, "The application with its new secret", .data(Application.noun)), .absent, .conflict],
            run: replace
        )
    }

    private func showList(_ call: Call) async throws(Refusal) -> Answer {
        let id = try call.id("application_id", of: Application.self)
        let now = call.time ?? admin.instance.world.wall()
        let sight = try await call.read(for: id.text) { reader, judge in
            let application = try reader.living(id)
            try judge.require(application.place)
            let secrets = try Secret.known(of: id, in: application.place, reader)
            // No past is kept of when a secret was used last.
            return (
                application.place,
                try secrets.map { secret in
                    Self.json(secret, call.position == nil ? try reader.present.lastUse(of: secret.id) : nil, now)
                }
            )
        }
        let (chain, secrets) = sight.value
        try await call.record(Secret.entry(.listed), chain: chain, stream: id.text)
        let page = ListPart(call.query, total: secrets.count, asOf: call.position ?? sight.index)
        return .list(
            secrets.page(page.page, of: page.perPage).map { Item($0) },
            page,
            of: Self.columns,
            at: sight.index
        )
    }

    private static let columns = ["id", "suffix", "created_at", "expires_at", "last_used_at", "status"]

    private static func json(_ secret: Versioned<Secret>, _ lastUse: Instant?, _ now: Instant) -> JSON {
        [
            "id": .string(secret.id.text), "suffix": .string(secret.state.suffix),
            "created_at": .string(secret.createdAt.text),
            "expires_at": secret.state.expiresAt.map(JSON.string) ?? .null,
            "last_used_at": lastUse.map { .string($0.text) } ?? .null,
            "status": secret.state.isLive(at: now) ? "ACTIVE" : "EXPIRED",
        ]
    }

    private func replace(_ call: Call) async throws(Refusal) -> Answer {
        let overlap = try Self.overlapSeconds(call.body)
        let id = try call.id("application_id", of: Application.self)
        let secret = admin.newSecret()
        let rotation = RotateSecret(application: id, secret: secret, overlapSeconds: overlap)
        return try await call.write(rotation) { application, index in
            let item = Item { out in
                // An application has no sealed field, so there is nothing to open.
                ResourceJSON(application, secret: secret).write(to: &out) { _, _ in .null }
            }
            return .one(item, version: application.version, at: index)
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
