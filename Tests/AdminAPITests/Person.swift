import Engine
import EventLog
import Identity
import Wire

/// A person who acts, before people can sign in: handed to the engine itself, with the authority of the machine.
struct Person {
    let id: UserID
    let home: Place

    var caller: Caller {
        let actor = Actor(
            kind: .user,
            id: id.text,
            home: home.text,
            assurance: Actor.Assurance(level: .single, methods: ["pwd"], at: .init(seconds: 1_800_000_000))
        )
        let request = Caller.Request(
            id: "req_person",
            endpoint: "test.command",
            address: "192.0.2.9",
            userAgent: "a browser",
            reason: "asked by ticket 14"
        )
        return Caller(actor: actor, credential: .machine, home: home, request: request)
    }
}

extension Server {
    /// Gives a person a role where the person stands, as no endpoint does yet.
    @discardableResult
    func grant(_ role: RoleGrant.Role, to user: String, at place: Place) async throws -> String {
        let id = RoleGrantID(random: instance.world.random(RoleGrantID.randomBytes))
        let data: Members = ["role": .string(role.rawValue), "user_id": .string(user)]
        let event = RoleGrant.event(.granted, id, in: place, data: data)
        _ = try await instance.perform(RecordEvents([event]), by: .system)
        return id.text
    }
}
