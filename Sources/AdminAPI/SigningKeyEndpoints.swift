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
            .get("/signing-keys", .reads(.signingKeys), "List the keys that sign tokens", list),
            .post("/signing-keys/rotate", .writes(.signingKeys), "Let the next key sign, and publish a new next", rotate),
            .post("/signing-keys/{signing_key_id}/revoke", .writes(.signingKeys), "Take a leaked key out of use", revoke),
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
            admin, "signing_keys.list", parameters: [.page, .perPage],
            replies: [.init(200, "The keys, the oldest first", .page(of: SigningKey.noun))], run: showList)
    }

    private var rotate: Operation {
        Operation(
            admin, "signing_keys.rotate", body: .optional(.object([])),
            replies: [.init(200, "The keys as they stand now", .page(of: SigningKey.noun))], run: rotateKeys)
    }

    private var revoke: Operation {
        Operation(
            admin, "signing_keys.revoke", body: .optional(.object([])),
            replies: [.init(200, "The keys as they stand now", .page(of: SigningKey.noun)), .absent], run: revokeKey)
    }

    private func showList(_ call: Call) async throws(Refusal) -> Response {
        let sight = try await call.look { snapshot in
            try snapshot.members(SigningKey.self, of: .all, limit: SigningKey.livingMax)
        }
        try await call.record(.signingKeyListed, chain: .platform)
        return Self.list(sight.value, call.query.page, call.query.perPage, at: sight.index)
    }

    private func rotateKeys(_ call: Call) async throws(Refusal) -> Response {
        try Self.requireEmpty(call.body)
        return try await call.post(try made { try admin.instance.rotation() }) { keys, index in
            Self.list(keys, 1, 100, at: index)
        }
    }

    private func revokeKey(_ call: Call) async throws(Refusal) -> Response {
        try Self.requireEmpty(call.body)
        let id = try call.id("signing_key_id", of: SigningKey.self)
        // A pair takes a while to make: not for a key that is not there.
        _ = try await call.look { try $0.living(id) }
        return try await call.post(try made { try admin.instance.revocation(of: id) }) { keys, index in
            Self.list(keys, 1, 100, at: index)
        }
    }

    private func made<C: Command>(_ make: () throws -> C) throws(Refusal) -> C {
        do { return try make() } catch { throw .failed }
    }

    private static func requireEmpty(_ body: Members) throws(Refusal) {
        if body.isEmpty { return }
        throw .rejected(
            .invalid(
                body.map { FieldIssue(["body", $0.name], "Extra inputs are not permitted", "extra_forbidden") }))
    }

    private static func list(_ keys: [Versioned<SigningKey>], _ page: Int, _ perPage: Int, at index: UInt64) -> Response {
        let note = PageNote(page: page, perPage: perPage, total: keys.count)
        return .list(keys.page(page, of: perPage).map(json), note, at: index)
    }

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
