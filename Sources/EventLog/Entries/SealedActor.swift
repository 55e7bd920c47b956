package import Wire

/// An actor whom the entry does not name: a segment of the entry does.
///
/// Which entries are written so is the server's policy; how, and what holds of them, says the format page under Actor.
package enum SealedActor {
    /// The field of the segment that tells who it was; in no other entry does a segment have it.
    package static let field = "actor"

    /// What the entry still shows: of which kind the actor is, and where it is at home.
    package static func shown(_ actor: Actor) -> Actor { Actor(kind: actor.kind, home: actor.home) }

    /// The value of the field: an object with all else, named as the entry would name it in clear.
    package static func value(_ actor: Actor) -> JSON {
        var members: Members = [:]
        if let assurance = actor.assurance {
            members.append(
                "assurance",
                [
                    "at": .string(assurance.at.text), "level": .string(assurance.level.rawValue),
                    "methods": .array(assurance.methods.map(JSON.string)),
                ]
            )
        }
        let texts = [
            ("credential", actor.credential), ("id", actor.id), ("name", actor.name), ("role", actor.role),
            ("session", actor.session),
        ]
        for (name, text) in texts { members[name] = text.map(JSON.string) }
        if !actor.onBehalfOf.isEmpty {
            let principals = actor.onBehalfOf.map { principal -> JSON in
                ["id": .string(principal.id), "kind": .string(principal.kind.rawValue)]
            }
            members.append("on_behalf_of", .array(principals))
        }
        return .object(members)
    }
}
