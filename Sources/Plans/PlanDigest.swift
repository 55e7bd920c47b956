import Identity
package import OpenSSL
import Wire

/// What two plans have in common that do the same: the digest that whoever carries one out sends back.
///
/// A keyed hash over what is asked and, for each change, its stream, the version before it, its verbs and the names of
/// its fields with the versions that the values come from; over the conflicts, and the kinds of losses. No value is in
/// it, and no count, no new identifier, no secret and no time: what is only shown moves no plan.
package enum PlanDigest {
    /// - Parameters:
    ///   - request: what is asked, the same bytes for the same request.
    ///   - key: the ledger's MAC key, so that nobody guesses what a digest stands for.
    package static func digest(of plan: Plan, for request: [UInt8], key: [UInt8]) -> Digest {
        let names = plan.newNames
        let changes = plan.changes.map { change -> JSON in
            [
                .string(names[change.resource] ?? change.resource), .integer(Int64(change.version)),
                .array(change.events.map { .string($0.type.text) }), .array(change.fields.map(Self.json)),
            ]
        }
        let conflicts = plan.conflicts.map { conflict -> JSON in
            [
                .string(conflict.kind.rawValue), .string(conflict.resource), .string(conflict.field ?? ""),
                .integer(Int64(conflict.entry ?? 0)),
            ]
        }
        let losses = Loss.Kind.allCases.filter { kind in plan.losses.contains { $0.kind == kind } }
        let sworn: JSON = [
            .array(changes), .array(conflicts), .array(losses.map { .string($0.rawValue) }),
        ]
        return HMAC256(key: key).authenticate(Array("muniment/v1/plan".utf8), [0], request, [0], sworn.compact)
    }

    private static func json(_ field: PlannedField) -> JSON {
        [.string(field.name), field.source.map { .integer(Int64($0)) } ?? .null]
    }

    /// A digest as answers and requests have it: base64url, 43 characters.
    package static func text(of digest: Digest) -> String { Base64URL.encode(digest.bytes) }

    package static func read(_ text: String) -> Digest? { (try? Base64URL.decode(text)).flatMap { Digest($0) } }
}
