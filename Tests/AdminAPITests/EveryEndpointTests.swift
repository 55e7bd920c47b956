import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import OpenSSL
import Samples
import Testing
import Wire

/// Every endpoint of the table, asked by every kind of caller about every kind of target: nobody lists them by hand.
struct EveryEndpointTests {
    /// Who asks; what each may is said by the endpoint's own access and by where its token was issued.
    private enum CallerKind: CaseIterable {
        case stranger, withoutScopes, tenantAll, platformReads, platformWrites
    }

    /// Two tenants of one partner, each with one of everything that a path can name.
    struct World {
        let partner: String
        let tenants: [String]
        /// The identifiers of what stands in each tenant, by the name of the path's parameter.
        private(set) var named: [[String: String]] = [[:], [:]]

        init(_ server: Server) async throws {
            partner = try await server.partner("samples")
            tenants = [
                try await server.tenant("own", of: partner), try await server.tenant("other", of: partner),
            ]
            for side in [0, 1] {
                for kind in Kind.allCases {
                    guard let made = try kind.accept(Making(tenant: tenants[side], partner: partner, side: side)) else {
                        continue
                    }
                    if kind == .client {
                        named[side]["client_id"] = try await server.organizationClient(of: tenants[side]).id
                        continue
                    }
                    // The places themselves are there already.
                    let places = [Kind.partner: partner, .tenant: tenants[side]]
                    let id =
                        if let place = places[kind] { place } else {
                            try await server.make(made.collection, .object(made.body)).id
                        }
                    named[side][kind.rawValue + "_id"] = id
                }
                named[side]["member_id"] = named[side]["user_id"]
                named[side]["signing_key_id"] = server.instance.keyRing.current?.id.text
                named[side]["entry"] = "\(server.instance.lastIndex)"
            }
        }

        /// A body that would do something: that makes another one, or changes the one that is named.
        func body(of endpoint: Endpoint) -> JSON? {
            switch (endpoint.method, endpoint.path.segments.last) {
            case (.post, .literal(let word)):
                if endpoint.path.parameterNames.count == 1, let member = named[0]["user_id"],
                    RelationKind.allCases.contains(where: { (try? $0.accept(CollectionOf())) == word })
                {
                    return ["member_id": .string(member)]
                }
                let made = Kind.allCases.compactMap {
                    (try? $0.accept(Making(tenant: tenants[0], partner: partner, side: 2))) ?? nil
                }
                return made.first { $0.collection == "/" + word || $0.alias == word }.map { .object($0.body) }
            case (.patch, .parameter(let name)):
                return Kind.allCases.first { $0.rawValue + "_id" == name }.flatMap {
                    (try? $0.accept(Changing(tenant: tenants[0], partner: partner))) ?? nil
                }
            case (.get, _), (.put, _), (.delete, _), (.post, _), (.patch, _): return nil
            }
        }

        /// The path with what stands in a tenant; nil where a parameter is none that is known.
        func path(of endpoint: Endpoint, side: Int) -> String? {
            var words: [String] = []
            for segment in endpoint.path.segments {
                switch segment {
                case .literal(let word): words.append(word)
                case .parameter(let name):
                    guard let id = named[side][name] else { return nil }
                    words.append(id)
                }
            }
            return "/" + words.joined(separator: "/")
        }
    }

    private struct Making: KindVisitor {
        let tenant: String
        let partner: String
        let side: Int

        func visit<R: Resource>(_ kind: R.Type) -> (collection: String, alias: String?, body: Members)? { nil }
        func visit<R: ManagedResource>(managed kind: R.Type) -> (collection: String, alias: String?, body: Members)? {
            let sample = Sample(tenant: tenant, partner: partner, mark: "of\(side)")
            return ("/" + R.area.word, R.pathAlias, sample.creation(R.self))
        }
    }

    private struct Changing: KindVisitor {
        let tenant: String
        let partner: String

        func visit<R: Resource>(_ kind: R.Type) -> JSON? { nil }
        func visit<R: ManagedResource>(managed kind: R.Type) -> JSON? {
            .object(Sample(tenant: tenant, partner: partner, mark: "of0").change(R.self))
        }
    }

    static let prefix = "/api/v1/admin"

    static func endpoints(_ server: Server) -> [Endpoint] {
        server.table.endpoints.filter { $0.path.description.hasPrefix(prefix) }
    }

    private static func token(_ caller: CallerKind, _ server: Server, _ world: World) async throws -> String {
        switch caller {
        case .stranger: ""
        case .withoutScopes: try await server.tenantToken(world.tenants[0], slug: "own", ["orders:read"])
        case .tenantAll:
            try await server.tenantToken(world.tenants[0], slug: "own", Scope.managedBelowPlatform)
        case .platformReads: try await server.platformToken([Scope.adminRead])
        case .platformWrites: try await server.platformToken([Scope.adminWrite])
        }
    }

    /// Whether a caller's token opens an endpoint at all, as its description says.
    private static func opens(_ caller: CallerKind, _ endpoint: Endpoint) -> Bool {
        guard case .bearer(let scopes) = endpoint.access else { return false }
        return switch caller {
        case .stranger, .withoutScopes: false
        // Whoever may write may read.
        case .tenantAll:
            isForTenants(endpoint)
                && scopes.contains { scope in
                    Scope.managedBelowPlatform.contains {
                        $0 == scope || $0 == scope.replacing(":read", with: ":write")
                    }
                }
        case .platformReads: scopes.contains(Scope.adminRead)
        case .platformWrites: scopes.contains(Scope.adminWrite)
        }
    }

    /// Whether tenants do this for themselves at all: what a place is and may use is decided above it.
    private static func isForTenants(_ endpoint: Endpoint) -> Bool {
        let word = endpoint.path.description.dropFirst(prefix.count).split(separator: "/").first ?? ""
        let asked = ForTenants(word: String(word), isReading: endpoint.method == .get)
        return Kind.allCases.compactMap { (try? $0.accept(asked)) ?? nil }.first ?? true
    }

    private struct ForTenants: KindVisitor {
        let word: String
        let isReading: Bool

        /// Nil for kinds of another area.
        func visit<R: Resource>(_ kind: R.Type) -> Bool? {
            guard R.area.word == word else { return nil }
            return R.standsIn.contains(.tenant) || isReading && R.isPlace == .tenant
        }
    }

    @Test func `every endpoint refuses whoever its description does not let in, and what stands elsewhere`()
        async throws
    {
        try await Server.run(algorithm: .RS256) { server in
            let world = try await World(server)
            for caller in CallerKind.allCases {
                let token = try await Self.token(caller, server, world)
                for endpoint in Self.endpoints(server) {
                    // What would end the very things that are asked about is asked by whoever may not.
                    let mayEnd = caller == .platformWrites && endpoint.method != .get
                    for side in [0, 1] where !mayEnd {
                        let path = try #require(world.path(of: endpoint, side: side), "\(endpoint.path): no target")
                        guard let inside = Self.isInside(caller, endpoint, side) else { continue }
                        let answer = await Self.ask(server, endpoint, path, token, member: world.named[side]["user_id"])
                        let comment: Comment = "\(caller) \(endpoint.method) \(path): \(answer.text)"
                        if caller == .stranger {
                            #expect(answer.status == 401, comment)
                        } else if !Self.opens(caller, endpoint) {
                            #expect(answer.status == 403, comment)
                        } else if inside {
                            #expect(answer.status < 400 || Self.unmet(endpoint).contains(answer.status), comment)
                        } else {
                            #expect(answer.status == 403 || answer.status == 404, comment)
                        }
                    }
                }
            }
        }
    }

    /// What asks for a plan, and what carries one out.
    private static let plans = ["restore.plan", "restore.apply"]

    @Test
    func `every write tells what it would do when it is asked to, and does nothing, but what is about plans itself`()
        async throws
    {
        try await Server.run(algorithm: .RS256) { server in
            let world = try await World(server)
            for relation in RelationKind.allCases {
                let path = try relation.accept(MembersPath(named: world.named[0]))
                _ = await server.call(.post, path, ["member_id": .string(world.named[0]["user_id"] ?? "")])
            }
            var told: [String] = []
            let size = server.instance.status.size
            for endpoint in Self.endpoints(server) where endpoint.method != .get && !Self.plans.contains(endpoint.name)
            {
                let path = try #require(world.path(of: endpoint, side: 0), "\(endpoint.path): no target")
                let query = endpoint.parameters.contains { $0.name == "cascade" } ? "?cascade=true&" : "?"
                let answer = await server.call(
                    endpoint.method,
                    String(path.dropFirst(Self.prefix.count)) + query + "preview=true",
                    world.body(of: endpoint)
                )
                #expect(answer.status == 200, "\(endpoint.method) \(path): \(answer.text)")
                #expect(answer.json["data"]?["digest"]?.text?.utf8.count == 43, "\(answer.text)")
                #expect(endpoint.parameters.contains { $0.name == "Muniment-Preview" && $0.place == .header })
                told.append(endpoint.name)
            }
            let entries = try server.entries().suffix(Int(server.instance.status.size - size))
            #expect(entries.map(\.type) == told.map { _ in "command.previewed" })
            #expect(entries.compactMap { $0.data["attempted"]?.text } == told)
        }
    }

    private struct MembersPath: RelationVisitor {
        let named: [String: String]

        func visit<L: Relation>(_ relation: L.Type) -> String {
            "/\(L.Container.area.word)/\(named[L.Container.noun + "_id"] ?? "")/\(L.collection)"
        }
    }

    /// What whoever may ask can still be told: of what the empty body leaves out, or of a checkpoint that is to come.
    private static func unmet(_ endpoint: Endpoint) -> [Int] {
        endpoint.path.segments.last == .literal("proof") ? [503] : [409, 422]
    }

    /// Whether what the path names is within reach; nil where asking would end what others are asked about.
    private static func isInside(_ caller: CallerKind, _ endpoint: Endpoint, _ side: Int) -> Bool? {
        switch caller {
        case .stranger, .withoutScopes, .platformReads, .platformWrites: return true
        case .tenantAll:
            let names = endpoint.path.parameterNames
            if side == 0 { return endpoint.method == .delete || names.contains("entry") ? nil : true }
            return names.isEmpty ? nil : false
        }
    }

    /// Nothing is changed by an empty body, and one that adds a member names one who is there.
    private static func ask(
        _ server: Server,
        _ endpoint: Endpoint,
        _ path: String,
        _ token: String,
        member: String?,
    ) async -> Response {
        var body: JSON? = endpoint.method == .post || endpoint.method == .patch ? [:] : nil
        let isOfRelation = RelationKind.allCases.contains { relation in
            endpoint.path.segments.last == .literal((try? relation.accept(CollectionOf())) ?? "")
        }
        if endpoint.method == .post, isOfRelation, let member { body = ["member_id": .string(member)] }
        return await server.call(endpoint.method, String(path.dropFirst(prefix.count)), body, token: token)
    }

    private struct CollectionOf: RelationVisitor {
        func visit<L: Relation>(_ relation: L.Type) -> String { L.collection }
    }
}
