import Chance
import Engine
import EventLog
import Identity
import Testing
import Views
import Wire

/// What state entries changed between two moments, against entries that are simply looked through.
struct TouchedStreamsTests {
    /// Groups with members in two tenants of two partners, with activity in between.
    private static func build(_ house: House, _ dice: inout Dice) async throws -> [Place] {
        let other = TenantID(random: house.instance.world.random(TenantID.randomBytes))
        try await House.register(other, slug: "other", of: house.otherPartner, house.instance)
        var groups: [GroupID] = []
        var people: [UserID] = []
        for tenant in [house.tenant, other] {
            for number in 0..<3 {
                let group = GroupID(random: house.instance.world.random(GroupID.randomBytes))
                let user = UserID(random: house.instance.world.random(UserID.randomBytes))
                let place: JSON = .string(tenant.text)
                let name: JSON = .string("Group \(number)")
                try await house.perform(try Change<Group>.registering(group, ["tenant_id": place, "name": name]))
                let email: JSON = .string("p\(number)@example.com")
                try await house.perform(try Change<User>.registering(user, ["tenant_id": place, "email": email]))
                groups.append(group)
                people.append(user)
            }
        }
        for round in 0..<60 {
            let pick = dice.below(groups.count)
            let (group, member) = (groups[pick], people[pick / 3 * 3 + dice.below(3)].text)
            switch dice.below(4) {
            case 0:
                try await house.perform(try Change<Group>.changing(group, ["description": .string("\(round)")]))
            case 1:
                let tenant = pick < 3 ? house.tenant : other
                try await house.perform(RecordEvents([Event(Group.entry(.listed), chain: .tenant(tenant))]))
            default:
                let isLinked = try house.instance.read {
                    try $0.isLinked(GroupMember.self, from: group.text, to: member)
                }
                try await house.perform(
                    ChangeEdge<GroupMember>(group, member) { context in
                        isLinked
                            ? try GroupMember.remove(member, from: group, by: context.authority, facts: context.facts)
                            : try GroupMember.add(member, to: group, by: context.authority, facts: context.facts)
                    }
                )
            }
        }
        return [
            .platform, .partner(house.partner), .partner(house.otherPartner), .tenant(house.tenant), .tenant(other),
        ]
    }

    private static func expected(_ entries: [Entry], _ places: [Place]?, _ from: UInt64, _ to: UInt64) -> [String] {
        var streams: [String] = []
        for entry in entries where entry.index > from && entry.index <= to && entry.class == .state {
            guard let stream = entry.stream, places?.map(\.text).contains(entry.chain) ?? true else { continue }
            if !streams.contains(stream) { streams.append(stream) }
        }
        return streams
    }

    @Test(arguments: 1...3)
    func `each stream is told once, in the order of first touch, of the chains that are asked about alone`(
        seed: UInt64
    ) async throws {
        let house = try await House(seed: seed)
        var dice = Dice(seed: seed)
        let places = try await Self.build(house, &dice)
        let entries = try House.entries(house.instance, from: 0)
        let size = house.instance.status.size
        for _ in 0..<200 {
            let (from, to) = (UInt64(dice.below(Int(size))), UInt64(dice.below(Int(size) + 5)))
            let asked = dice.chance(20) ? nil : places.filter { _ in dice.chance(40) }
            let touched = try house.instance.read {
                try house.instance.touchedStreams(in: asked, after: from, upTo: to, $0)
            }
            #expect(touched.map(\.stream) == Self.expected(entries, asked, from, to), "\(from)…\(to)")
        }
        try await house.instance.close()
    }

    @Test func `a stream is told with what it is of: a resource of a kind, or an edge with its ends`() async throws {
        let house = try await House(seed: 4)
        var dice = Dice(seed: 4)
        _ = try await Self.build(house, &dice)
        let touched = try house.instance.read {
            try house.instance.touchedStreams(in: nil, after: 0, upTo: .max, $0)
        }
        var kinds: Set<String> = []
        for stream in touched {
            switch stream.type {
            case .resource(let kind):
                #expect(Kind.named(by: stream.stream) == kind)
                kinds.insert(kind.rawValue)
            case .edge(let relation, let from, let to):
                let expected = try house.instance.read { $0.stream(of: GroupMember.self, from: from, to: to) }
                #expect(relation == .groupMember && stream.stream == expected)
                kinds.insert(relation.rawValue)
            }
        }
        #expect(kinds.isSuperset(of: ["partner", "tenant", "application", "secret", "user", "group", "group_member"]))
        let group = try #require(touched.first { $0.stream.hasPrefix("grp_") }).stream
        let of = try house.instance.read { views in
            let id = try #require(GroupID(group))
            let resource = try #require(try views.resource(id))
            return try house.instance.touchedStreams(of: resource, after: 0, upTo: .max, views)
        }
        let edges = touched.filter {
            if case .edge(_, let from, _) = $0.type { from == group } else { false }
        }
        #expect(Set(of.map(\.stream)) == Set([group] + edges.map(\.stream)))
        try await house.instance.close()
    }
}
