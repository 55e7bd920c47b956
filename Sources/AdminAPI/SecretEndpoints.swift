import Endpoints
import Engine
import Identity
import Views
import Wire

/// The secrets of a kind of clients: told by what may be known of them, and replaced.
struct SecretEndpoints<R: OAuthClient>: Sendable {
    private typealias Managed = ManagedEndpoints<R>

    let admin: Admin

    var all: [Endpoint] {
        [
            .get("\(Managed.one)/secrets", .reads(R.self), "List the secrets of \(Managed.aWord)", list),
            .post(
                "\(Managed.one)/rotate-secret",
                .writes(R.self),
                "Put a new secret in the place of the present one, at once or with an overlap",
                rotate
            ),
        ]
    }

    private var list: Operation {
        Operation(
            admin,
            Managed.name("list_secrets"),
            parameters: [.page, .perPage],
            replies: .page("Its secrets, the oldest first", of: Secret.noun) + [.absent],
            run: showList
        )
    }

    private var rotate: Operation {
        let overlap = Schema.integer(min: 0, max: Secret.overlapSecondsMax)
        return Operation(
            admin,
            Managed.name("rotate_secret"),
            body: .optional(.object([.init("overlap_seconds", overlap, "How long the old one still works")])),
            replies: [.init(200, "The \(R.noun) with its new secret", .data(R.noun)), .absent, .conflict],
            run: replace
        )
    }

    private func showList(_ call: Call) async throws(Refusal) -> Answer {
        let id = try call.id(Managed.pathName, of: R.self)
        let now = call.time ?? admin.instance.world.wall()
        let sight = try await call.read(for: id.text) { reader, judge in
            let client = try reader.living(id)
            try judge.require(client.place)
            let secrets = try Secret.known(of: R.clientID(id), in: client.place, reader)
            // No past is kept of when a secret was used last.
            return (
                client.place,
                try secrets.map { secret in
                    SecretJSON.json(secret, call.position == nil ? try reader.present.lastUse(of: secret.id) : nil, now)
                }
            )
        }
        let (chain, secrets) = sight.value
        try await call.record(Secret.entry(.listed), chain: chain, stream: id.text)
        let page = ListPart(call.query, total: secrets.count, asOf: call.position ?? sight.index)
        return .list(
            secrets.page(page.page, of: page.perPage).map { Item($0) },
            page,
            of: SecretJSON.columns,
            at: sight.index
        )
    }

    private func replace(_ call: Call) async throws(Refusal) -> Answer {
        let overlap = try Self.overlapSeconds(call.body)
        let id = try call.id(Managed.pathName, of: R.self)
        let secret = admin.newSecret()
        let rotation = RotateSecret(client: id, secret: secret, overlapSeconds: overlap)
        return try await call.write(rotation) { client, index in
            let item = Item { out in
                // A client has no sealed field, so there is nothing to open.
                ResourceJSON(client, secret: secret).write(to: &out) { _, _ in .null }
            }
            return .one(item, version: client.version, at: index)
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
