import Endpoints
import Identity
import Wire

/// A secret as answers show it: all that may be known of it once it was shown.
enum SecretJSON {
    static let schema = Schema.object([
        .init("id", identifierSchema(Secret.prefix), required: true),
        .init("suffix", .string(), "Its last four characters", required: true),
        .init("created_at", .time, required: true),
        .init("expires_at", .nullable(.time), "When an overlap ends", required: true),
        .init("last_used_at", .nullable(.time), "To the minute; null as of a moment before", required: true),
        .init("status", .choice(["ACTIVE", "EXPIRED"]), required: true),
    ])

    static let columns = ["id", "suffix", "created_at", "expires_at", "last_used_at", "status"]

    static func json(_ secret: Versioned<Secret>, _ lastUse: Instant?, _ now: Instant) -> JSON {
        [
            "id": .string(secret.id.text), "suffix": .string(secret.state.suffix),
            "created_at": .string(secret.createdAt.text),
            "expires_at": secret.state.expiresAt.map(JSON.string) ?? .null,
            "last_used_at": lastUse.map { .string($0.text) } ?? .null,
            "status": secret.state.isLive(at: now) ? "ACTIVE" : "EXPIRED",
        ]
    }
}
