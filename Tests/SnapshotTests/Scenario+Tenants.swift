import Endpoints
import Engine
import Identity
import Samples
import Testing
import Wire

// What stands in tenants: one life of every kind, and who is a member of what.
extension Session {
    /// Each kind that administrators manage in a tenant is made, changed, read, listed, deleted and brought back.
    func liveEveryKind(in tenant: String, of partner: String) async throws {
        for kind in Kind.allCases {
            guard let life = try kind.accept(LifeInTenant(tenant: tenant, partner: partner)) else { continue }
            let id = try await create(life.collection, .object(life.creation))
            try await admin(.patch, "\(life.collection)/\(id)", .object(life.change), reason: "Corrected")
            try await admin(.get, "\(life.collection)/\(id)")
            try await admin(.get, life.collection, query: "status=ACTIVE")
            try await admin(.delete, "\(life.collection)/\(id)", reason: "No%20longer%20needed", status: 204)
            let request = Caller.Request(id: ground.nextRequestID(), endpoint: "restore")
            let caller = try instance.authenticate(accessToken, baseURL: try BaseURL(Ground.baseURL), request: request)
            try await life.restore(instance, id, caller)
            try await settle()
        }
        try await pass(seconds: 61)
    }

    /// A group in a group, a person in it, and one who leaves.
    func joinGroups(in tenant: String) async throws {
        let place: JSON = .string(tenant)
        let zoe = try await create("/users", ["tenant_id": place, "email": "zoë@cafe.example", "first_name": "Zoë"])
        let ann = try await create("/users", ["tenant_id": place, "email": "ann@cafe.example"])
        let staff = try await create("/groups", ["tenant_id": place, "name": "Café staff"])
        let night = try await create("/groups", ["tenant_id": place, "name": "Night shift"])
        for (group, member) in [(staff, night), (night, zoe), (staff, ann)] {
            try await admin(.post, "/groups/\(group)/members", ["member_id": .string(member)], status: 201)
        }
        try await admin(.get, "/groups/\(staff)/members")
        try await admin(.delete, "/groups/\(staff)/members/\(ann)", status: 204)
        let people = try await admin(.get, "/groups/\(staff)/effective-members")
        #expect((people.items ?? []).map { $0["member_id"]?.text } == [zoe])
        try await pass(seconds: 61)
    }
}

/// What is done to one of a kind; nil for kinds that stand elsewhere, or that nobody manages.
private struct LifeInTenant: KindVisitor {
    struct Steps {
        let collection: String
        let creation: Members
        let change: Members
        let restore: (Instance, String, Caller) async throws -> Void
    }

    let tenant: String
    let partner: String

    func visit<R: Resource>(_ kind: R.Type) -> Steps? { nil }

    func visit<R: ManagedResource>(managed kind: R.Type) -> Steps? {
        guard R.standsIn.contains(.tenant) else { return nil }
        let sample = Sample(tenant: tenant, partner: partner, mark: R.noun)
        return Steps(
            collection: "/" + R.area.word,
            creation: sample.creation(R.self),
            change: sample.change(R.self)
        ) { instance, id, caller in
            let id = try #require(Identifier<R>(id))
            _ = try await instance.perform(try instance.restoration(of: id), by: caller)
        }
    }
}
