import Chance
import Endpoints
import Engine
import EventLog
import Identity
import OpenID
import Testing
import Wire

/// A tenant in which random things happen, and how it stands: for what holds of every plan.
struct PlanHistory {
    let server: Server
    let tenant: String
    private(set) var users: [String] = []
    private(set) var groups: [String] = []
    /// The last entries of what was done, each at a moment that can be asked for.
    private(set) var moments: [Int64] = []
    private(set) var dice: Dice

    init(_ server: Server, seed: UInt64) async throws {
        self.server = server
        dice = Dice(seed: seed)
        tenant = try await server.tenant("house", of: server.partner())
        moments = [server.moment]
        for _ in 0..<12 { await act() }
    }

    /// Does one thing, which may be refused.
    mutating func act() async {
        let answer: Response
        switch dice.below(9) {
        case 0, 1:
            answer = await server.call(.post, "/users", ["email": .string(address), "tenant_id": .string(tenant)])
            if answer.status == 201 { users.append(answer.json["data"]?.id ?? "") }
        case 2:
            let name = "Group \(dice.below(6))"
            answer = await server.call(.post, "/groups", ["name": .string(name), "tenant_id": .string(tenant)])
            if answer.status == 201 { groups.append(answer.json["data"]?.id ?? "") }
        case 3: answer = await server.call(.patch, "/users/\(dice.pick(users) ?? "none")", ["email": .string(address)])
        case 4:
            let body: JSON = ["last_name": dice.chance(30) ? .null : .string("Name \(dice.below(5))")]
            answer = await server.call(.patch, "/users/\(dice.pick(users) ?? "none")", body)
        case 5:
            let body: JSON = dice.chance(50) ? ["status": "SUSPENDED"] : ["status": "ACTIVE", "first_name": "Ann"]
            answer = await server.call(.patch, "/users/\(dice.pick(users) ?? "none")", body)
        case 6:
            let path =
                dice.chance(60) ? "/users/\(dice.pick(users) ?? "none")" : "/groups/\(dice.pick(groups) ?? "none")"
            answer = await server.call(.delete, path)
        case 7:
            let member = (dice.chance(80) ? dice.pick(users) : dice.pick(groups)) ?? "usr_none"
            let path = "/groups/\(dice.pick(groups) ?? "none")/members"
            answer = await server.call(.post, path, ["member_id": .string(member)])
        default:
            let path = "/groups/\(dice.pick(groups) ?? "none")/members/\(dice.pick(users) ?? "none")"
            answer = await server.call(.delete, path)
        }
        if (200..<300).contains(answer.status), answer.written > moments.last ?? 0 { moments.append(answer.written) }
    }

    private var address: String {
        mutating get { "person\(dice.below(10))@example.com" }
    }

    /// Something to undo or to restore.
    mutating func request() -> JSON {
        let moment = JSON.integer(dice.pick(moments) ?? 0)
        switch dice.below(6) {
        case 0: return ["undo": ["batch": moment]]
        case 1, 2:
            let indexes = (0..<1 + dice.below(4)).compactMap { _ in dice.pick(Array(moments.dropFirst())) }
            return ["undo": ["indexes": .array(indexes.map(JSON.integer))]]
        case 3:
            let resource = dice.pick(users + groups) ?? tenant
            return ["restore": ["resource": .string(resource), "to": moment]]
        case 4: return ["restore": ["scope": .string(tenant), "to": moment, "created_since": "delete"]]
        default: return ["restore": ["scope": .string(tenant), "to": moment]]
        }
    }

    mutating func rememberMoment() { moments.append(server.moment) }

    /// How everything stands: the fields of what is there, and who is a member of what.
    func photo() async throws -> [String: JSON] {
        var photo: [String: JSON] = [:]
        for (kind, ids) in [("users", users), ("groups", groups), ("tenants", [tenant])] {
            for id in ids {
                let answer = await server.call(.get, "/\(kind)/\(id)")
                guard answer.status == 200 else { continue }
                for (name, value) in answer.json["data"]?.members ?? [:] where name != "updated_at" {
                    photo["\(id) \(name)"] = value
                }
            }
        }
        for group in groups {
            let answer = await server.call(.get, "/groups/\(group)/members?per_page=100")
            for member in answer.json["data"]?.items ?? [] {
                photo["\(group) has \(member["member_id"]?.text ?? "")"] = true
            }
        }
        return photo
    }
}
