import AdminAPI
import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Wire

/// Who is a member of a group, directly and through others.
struct GroupTests {
    /// A tenant with groups and people in it, made as a test needs them.
    private struct House {
        let server: Server
        let tenant: String

        init(_ server: Server) async throws {
            self.server = server
            tenant = try await server.tenant("house", of: try await server.partner())
        }

        func group(_ name: String) async throws -> String {
            try await server.make("/groups", ["tenant_id": .string(tenant), "name": .string(name)]).id
        }

        func user(_ name: String) async throws -> String {
            let body: JSON = ["tenant_id": .string(tenant), "email": .string("\(name)@house.example")]
            return try await server.make("/users", body).id
        }

        @discardableResult
        func add(_ member: String, to group: String) async -> Response {
            await server.call(.post, "/groups/\(group)/members", ["member_id": .string(member)])
        }

        func remove(_ member: String, from group: String) async -> Response {
            await server.call(.delete, "/groups/\(group)/members/\(member)")
        }

        func members(of group: String, _ query: String = "", effective: Bool = false) async -> [String] {
            let word = effective ? "effective-members" : "members"
            let answer = await server.call(.get, "/groups/\(group)/\(word)\(query)")
            return (answer.json["data"]?.items ?? []).map { $0["member_id"]?.text ?? "" }
        }
    }

    @Test func `a member is added once, however often it is asked, and leaves once`() async throws {
        try await Server.run { server in
            let house = try await House(server)
            let (group, user) = (try await house.group("Staff"), try await house.user("ann"))
            let first = await house.add(user, to: group)
            #expect(first.status == 201)
            #expect(first.json["data"] == ["member_id": .string(user), "member_type": "user"])
            let size = server.instance.status.size
            #expect(await house.add(user, to: group).status == 200)
            #expect(server.instance.status.size == size, "what changes nothing is no entry")
            #expect(await house.members(of: group) == [user])
            #expect(await house.remove(user, from: group).status == 204)
            #expect(await house.remove(user, from: group).status == 404)
            #expect(await house.members(of: group) == [])
        }
    }

    @Test func `of twenty who add one member at once one adds it`() async throws {
        try await Server.run { server in
            let house = try await House(server)
            let (group, user) = (try await house.group("Staff"), try await house.user("ann"))
            let statuses = await withTaskGroup(of: Int.self) { tasks in
                for _ in 0..<20 { tasks.addTask { await house.add(user, to: group).status } }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == Array(repeating: 200, count: 19) + [201])
            #expect(try server.count(of: "group_member.added") == 1)
        }
    }

    @Test func `no group is a member of itself, at once or through others`() async throws {
        try await Server.run { server in
            let house = try await House(server)
            var chain: [String] = []
            for number in 0..<100 {
                chain.append(try await house.group("Level \(number)"))
                if number > 0 { #expect(await house.add(chain[number], to: chain[number - 1]).status == 201) }
            }
            let size = try server.count(of: "group_member.added")
            for group in [0, 1, 50, 99] {
                let answer = await house.add(chain[0], to: chain[group])
                #expect(answer.text == #"409 {"detail":"The group would be a member of itself"}"#)
            }
            #expect(try server.count(of: "group_member.added") == size)
            // A hundred levels down there is somebody, and the path says through whom.
            let user = try await house.user("deep")
            #expect(await house.add(user, to: chain[99]).status == 201)
            let answer = await server.call(.get, "/groups/\(chain[0])/effective-members")
            let found = try #require(answer.json["data"]?.items?.first)
            #expect(found["member_id"] == .string(user))
            #expect(found["path"]?.items?.compactMap(\.text) == chain)
        }
    }

    @Test func `two ways to one member show it once`() async throws {
        try await Server.run { server in
            let house = try await House(server)
            let (top, left) = (try await house.group("Top"), try await house.group("Left"))
            let (right, user) = (try await house.group("Right"), try await house.user("ann"))
            for (member, group) in [(left, top), (right, top), (user, left), (user, right)] {
                #expect(await house.add(member, to: group).status == 201)
            }
            #expect(await house.members(of: top, effective: true) == [user])
            #expect(await house.remove(user, from: left).status == 204)
            #expect(await house.members(of: top, effective: true) == [user])
            #expect(await house.remove(right, from: top).status == 204)
            #expect(await house.members(of: top, effective: true) == [])
        }
    }

    @Test func `thirty-three joins and leaves are read back at each`() async throws {
        try await Server.run { server in
            let house = try await House(server)
            let (group, user) = (try await house.group("Staff"), try await house.user("ann"))
            var known: [(index: UInt64, isMember: Bool)] = []
            for turn in 0..<33 {
                let joins = turn.isMultiple(of: 2)
                let answer = joins ? await house.add(user, to: group) : await house.remove(user, from: group)
                known.append((try #require(answer.index), joins))
            }
            for (index, isMember) in known {
                for effective in [false, true] {
                    let found = await house.members(of: group, "?as_of=\(index)", effective: effective)
                    #expect(found == (isMember ? [user] : []), "as of \(index)")
                }
            }
            let edges = Set(try server.entries().filter { $0.type.hasPrefix("group_member.added") }.map(\.stream))
            #expect(edges.count == 1, "an edge that comes back is the same edge")
        }
    }

    @Test func `who is deleted is no member, and comes back as one`() async throws {
        try await Server.run { server in
            let house = try await House(server)
            let (top, inner) = (try await house.group("Top"), try await house.group("Inner"))
            let user = try await house.user("ann")
            await house.add(inner, to: top)
            await house.add(user, to: inner)
            let before = server.instance.lastIndex
            #expect(await server.call(.delete, "/users/\(user)").status == 204)
            #expect(await house.members(of: inner) == [])
            #expect(await server.call(.delete, "/groups/\(inner)").status == 204)
            #expect(await house.members(of: top) == [])
            try await server.restore(try #require(UserID(user)))
            try await server.restore(try #require(GroupID(inner)))
            for query in ["", "?as_of=\(before)"] {
                #expect(await house.members(of: top, query, effective: true) == [user], "\(query)")
                #expect(await house.members(of: top, query) == [inner], "\(query)")
            }
        }
    }

    @Test func `no list finds the edges of what was deleted, but as of before`() async throws {
        try await Server.run { server in
            let house = try await House(server)
            let (outer, inner) = (try await house.group("Outer"), try await house.group("Inner"))
            let user = try await house.user("ann")
            await house.add(user, to: inner)
            await house.add(inner, to: outer)
            let before = server.instance.lastIndex
            for (lists, gone) in [
                ("/groups?member_id=\(user)", "/users/\(user)"), ("/groups?member_id=\(inner)", "/groups/\(inner)"),
            ] {
                #expect(await server.call(.get, lists).json.total == 1)
                #expect(await server.call(.delete, gone).status == 204)
                #expect(await server.call(.get, lists).json.total == 0)
                #expect(await server.call(.get, lists + "&as_of=\(before)").json.total == 1)
            }
            let people = "/users?group_id=\(inner)"
            #expect(await server.call(.get, people).json.total == 0)
            #expect(await server.call(.get, people + "&as_of=\(before)").json.total == 1)
        }
    }

    @Test func `a member is a user or a group of the same tenant that is there`() async throws {
        try await Server.run { server in
            let house = try await House(server)
            let group = try await house.group("Staff")
            let partner = try await server.partner("second")
            let tenant = try await server.tenant("second", of: partner)
            let stranger = try await server.make(
                "/users",
                ["tenant_id": .string(tenant), "email": "ann@second.example"]
            )
            let application = try await server.tenantApplication(house.tenant, [])
            let size = server.instance.status.size
            for (member, status) in [
                (stranger.id, 404), ("usr_nobody", 404), (application.id, 422), ("", 422), ("ann", 422),
                (String(repeating: "usr_", count: 100), 422),
            ] {
                let answer = await house.add(member, to: group)
                #expect(answer.status == status, "\(member): \(answer.text)")
            }
            for body in [[:], ["member_id": .null], ["member_id": 7], ["member_id": "usr_a", "role": "x"]] as [JSON] {
                let answer = await server.call(.post, "/groups/\(group)/members", body)
                #expect(answer.status == 422, "\(answer.text)")
            }
            let kinds = Set(try server.entries().suffix(Int(server.instance.status.size - size)).map(\.type))
            #expect(!kinds.contains("group_member.added"))
        }
    }
}
