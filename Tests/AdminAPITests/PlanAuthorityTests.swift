import Chance
import Endpoints
import Identity
import OpenID
import Testing
import Wire

/// R5 over random histories: no undo and no restore gives anybody a right that the one who carries it out could not
/// have granted then.
struct PlanAuthorityTests {
    @Test(arguments: 1...PlanPropertyTests.seeds)
    func `whoever undoes and restores, nobody gets a right that this one could not have granted`(
        seed: UInt64
    ) async throws {
        try await Server.run(seed: seed) { server in
            var history = try await PowerHistory(server, seed: seed)
            for round in 0..<8 {
                for _ in 0..<3 { try await history.act() }
                let applier = try await history.applier()
                var request = history.request()
                var plan = await server.call(.post, "/restore/plan", request, token: applier.token)
                guard plan.status == 200, let first = plan.json["data"] else { continue }
                if history.forces() {
                    request = PowerHistory.forcing(request, first)
                    plan = await server.call(.post, "/restore/plan", request, token: applier.token)
                }
                let shown = try #require(plan.json["data"], "seed \(seed), round \(round): \(request) \(plan.text)")
                let before = try await history.rights()
                let done = await server.applying(request, shown["digest"]?.text ?? "", token: applier.token)
                guard done.status == 200 else { continue }
                for right in try await history.rights().subtracting(before) {
                    #expect(
                        Scope.giving(right.scope, among: applier.scopes, at: .tenant, ownScopes: []) != nil,
                        "seed \(seed), round \(round): \(applier.scopes) gave \(right) by \(request)"
                    )
                }
                history.rememberMoment()
            }
        }
    }
}

/// A tenant in which rights come and go: applications with scopes, and people with roles.
private struct PowerHistory {
    /// A scope that somebody has who is active.
    struct Right: Hashable {
        let holder: String
        let scope: String
    }

    /// An application of the tenant that undoes and restores.
    struct Applier {
        let made: JSON
        var token = ""
        /// What the token holds: as long as it lives, whatever its application is allowed meanwhile.
        var scopes: [String] = []
    }

    private static let scopes = [
        "users:read", "users:write", "groups:write", "applications:read", "applications:write", "audit:read",
        "orders:read",
    ]

    let server: Server
    let tenant: String
    private var applications: [String] = []
    private var users: [String] = []
    private var appliers: [Applier] = []
    private var moments: [Int64] = []
    private var dice: Dice

    init(_ server: Server, seed: UInt64) async throws {
        self.server = server
        dice = Dice(seed: seed)
        tenant = try await server.tenant("house", of: server.partner())
        for scopes in [
            Self.scopes, ["users:write", "audit:read"], ["applications:write", "audit:read", "groups:write"],
        ] {
            let made = try await server.tenantApplication(tenant, scopes)
            appliers.append(Applier(made: made))
            applications.append(made.id)
        }
        rememberMoment()
        for number in appliers.indices { try await renewToken(of: number) }
        for _ in 0..<10 { try await act() }
    }

    /// One of them, half the time with a token that holds what its application is allowed now.
    mutating func applier() async throws -> Applier {
        let number = dice.below(appliers.count)
        if dice.chance(50) { try await renewToken(of: number) }
        return appliers[number]
    }

    private mutating func renewToken(of number: Int) async throws {
        let made = appliers[number].made
        let now = await server.call(.get, "/applications/\(made.id)")
        guard now.status == 200, now.json["data"]?["status"] == "ACTIVE",
            let scopes = now.json["data"]?["allowed_scopes"]?.items?.compactMap(\.text), !scopes.isEmpty,
            // One that was deleted comes back without its secret, and asks for no more tokens.
            let token = try? await server.token(made, issuer: .tenant(slug: "house"))
        else { return }
        appliers[number].token = token
        appliers[number].scopes = scopes
    }

    mutating func forces() -> Bool { dice.chance(50) }

    mutating func rememberMoment() { moments.append(server.moment) }

    /// Does one thing with every right there is; it may be refused.
    mutating func act() async throws {
        let application = "/applications/\(dice.pick(applications) ?? "")"
        let user = dice.pick(users) ?? ""
        let status: JSON = dice.chance(50) ? "SUSPENDED" : "ACTIVE"
        switch dice.below(9) {
        case 0: applications.append(try await server.tenantApplication(tenant, someScopes()).id)
        case 1, 2, 3:
            let scopes = JSON.array(someScopes().map(JSON.string))
            _ = await server.call(.patch, application, ["allowed_scopes": scopes])
        case 4: _ = await server.call(.patch, application, ["status": status])
        case 5: _ = await server.call(.delete, dice.chance(50) ? application : "/users/\(user)")
        case 6: users.append(try await server.user("person\(users.count)@example.com", in: tenant))
        case 7: _ = await server.call(.patch, "/users/\(user)", ["status": status])
        default:
            guard let tenant = TenantID(tenant), !users.isEmpty else { break }
            try await server.grant(.tenantAdmin, to: user, at: .tenant(tenant))
        }
        rememberMoment()
    }

    private mutating func someScopes() -> [String] {
        let mostly = dice.below(100)
        return Self.scopes.filter { _ in dice.chance(mostly) }
    }

    /// Something to undo or to restore.
    mutating func request() -> JSON {
        let moment = dice.pick(moments) ?? 0
        switch dice.below(5) {
        case 0, 1:
            let indexes = (0..<1 + dice.below(3)).compactMap { _ in dice.pick(moments) }
            return ["undo": ["indexes": .array(indexes.map(JSON.integer))]]
        case 2, 3:
            let resource = dice.pick(dice.chance(70) ? applications : users) ?? tenant
            return ["restore": ["resource": .string(resource), "to": .integer(moment)]]
        default: return ["restore": ["scope": .string(tenant), "to": .integer(moment)]]
        }
    }

    /// The request with every field forced that its plan leaves alone.
    static func forcing(_ request: JSON, _ plan: JSON) -> JSON {
        let fields = (plan["conflicts"]?.items ?? []).compactMap { $0["force"] }
        guard !fields.isEmpty, var members = request.members else { return request }
        members["force"] = .array(fields)
        return .object(members)
    }

    /// What everybody may do now.
    func rights() async throws -> Set<Right> {
        var rights: Set<Right> = []
        for path in applications.map({ "/applications/\($0)" }) + users.map({ "/users/\($0)" }) {
            let answer = await server.call(.get, "\(path)/access")
            guard answer.status == 200, let access = answer.json["data"], access["active"] == true else { continue }
            for scope in access["scopes"]?.items ?? [] {
                guard let scope = scope["scope"]?.text, Scope.isManagement(scope) else { continue }
                rights.insert(Right(holder: String(path.split(separator: "/")[1]), scope: scope))
            }
        }
        return rights
    }
}
