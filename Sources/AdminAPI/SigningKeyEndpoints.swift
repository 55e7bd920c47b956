import Endpoints
import Engine
import Identity
import Views
import Wire

/// The keys that sign tokens: told, rotated, and taken out of use at once when one has leaked.
struct SigningKeyEndpoints: Sendable {
    private let admin: Admin

    init(_ admin: Admin) { self.admin = admin }

    var all: [Endpoint] {
        [
            .get("/signing-keys", .reads(SigningKey.self), "List the keys that sign tokens", list),
            .post(
                "/signing-keys/rotate",
                .writes(SigningKey.self),
                "Let the next key sign; publish a new next",
                rotate
            ),
            .post(
                "/signing-keys/{signing_key_id}/revoke",
                .writes(SigningKey.self),
                "Take a leaked key out of use",
                revoke
            ),
        ]
    }

    static let schema = Schema.object([
        .init("id", identifierSchema(SigningKey.prefix), "The kid of its tokens", required: true),
        .init("algorithm", .choice(["RS256", "ES256", "EdDSA"]), required: true),
        .init("status", .choice(["next", "current", "retired", "revoked"]), required: true),
        .init("created_at", .time, required: true),
        .init("retired_at", .nullable(.time), "When it stopped signing", required: true),
        .init("jwk", .anyObject, "The public key (RFC 7517)", required: true),
    ])

    private var list: Operation {
        Operation(
            admin,
            "signing_keys.list",
            parameters: [.page, .perPage],
            replies: .page("The keys, the oldest first", of: SigningKey.noun),
            run: showList
        )
    }

    private var rotate: Operation {
        Operation(
            admin,
            "signing_keys.rotate",
            body: .optional(.object([])),
            replies: [.init(200, "The keys as they stand now", .page(of: SigningKey.noun))],
            run: rotateKeys
        )
    }

    private var revoke: Operation {
        Operation(
            admin,
            "signing_keys.revoke",
            body: .optional(.object([])),
            replies: [.init(200, "The keys as they stand now", .page(of: SigningKey.noun)), .absent],
            run: revokeKey
        )
    }

    private func showList(_ call: Call) async throws(Refusal) -> Answer {
        let sight = try await call.read { reader, _ in try SigningKey.known(reader) }
        try await call.record(SigningKey.entry(.listed), chain: .platform)
        return Self.list(
            sight.value,
            ListPart(call.query, total: sight.value.count, asOf: call.position ?? sight.index),
            at: sight.index
        )
    }

    private func rotateKeys(_ call: Call) async throws(Refusal) -> Answer {
        try Self.requireEmpty(call.body)
        let rotation = try admin.instance.attempt(for: call.caller) { try admin.instance.rotation() }
        return try await call.write(rotation) { Self.list($0, ListPart(whole: $0.count, asOf: $1), at: $1) }
    }

    private func revokeKey(_ call: Call) async throws(Refusal) -> Answer {
        try Self.requireEmpty(call.body)
        let id = try call.id("signing_key_id", of: SigningKey.self)
        let revocation = try admin.instance.attempt(for: call.caller) { try admin.instance.revocation(of: id) }
        return try await call.write(revocation) { Self.list($0, ListPart(whole: $0.count, asOf: $1), at: $1) }
    }

    private static func requireEmpty(_ body: Members) throws(Refusal) {
        if body.isEmpty { return }
        throw .rejected(
            .invalid(
                body.map { FieldIssue(["body", $0.name], "Extra inputs are not permitted", "extra_forbidden") }
            )
        )
    }

    private static func list(_ keys: [Versioned<SigningKey>], _ page: ListPart, at index: UInt64) -> Answer {
        .list(keys.page(page.page, of: page.perPage).map { Item(json($0)) }, page, of: columns, at: index)
    }

    private static let columns = ["id", "algorithm", "status", "created_at", "retired_at", "jwk"]

    private static func json(_ key: Versioned<SigningKey>) -> JSON {
        var jwk = (try? JSON.parse(Array(key.state.jwk.utf8)))?.members ?? [:]
        jwk["kid"] = .string(key.id.text)
        jwk["use"] = "sig"
        jwk["alg"] = .string(key.state.algorithm)
        return [
            "id": .string(key.id.text), "algorithm": .string(key.state.algorithm),
            "status": .string(key.state.stage.rawValue), "created_at": .string(key.createdAt.text),
            "retired_at": key.state.retiredAt.map(JSON.string) ?? .null, "jwk": .object(jwk),
        ]
    }
}
