import Endpoints
import Engine
import EventLog
import Identity
import Testing
import Wire

/// What was shown once is kept as bytes: it must not be shown when it is no longer so.
struct ShownAgainTests {
    @Test func `a resource that changed is shown as it is now`() async throws {
        try await Server.run { server in
            let tenant = try await server.tenant("again", of: try await server.partner())
            for name in ["First", "Second", "Third"] {
                let answer = await server.call(.patch, "/tenants/\(tenant)", ["name": .string(name)])
                #expect(answer.status == 200)
                for _ in 0..<2 {
                    #expect(await server.call(.get, "/tenants/\(tenant)").json["data"]?["name"]?.text == name)
                    let listed = await server.call(.get, "/tenants").json["data"]?.items?.first
                    #expect(listed?["name"]?.text == name)
                    #expect(listed == answer.json["data"])
                }
            }
        }
    }

    @Test func `what was sealed is not shown again once its key is destroyed`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("gone", of: partner, ["contact_email": "office@gone.example"])
            func shown() async -> [JSON?] {
                let one = await server.call(.get, "/tenants/\(tenant)").json["data"]
                let listed = await server.call(.get, "/tenants").json["data"]?.items?.first
                return [one?["contact_email"], listed?["contact_email"]]
            }
            for _ in 0..<2 { #expect(await shown() == ["office@gone.example", "office@gone.example"]) }
            let keys = server.instance.keys
            let names = try keys.names(prefix: KeyName.data(tenant))
            #expect(!names.isEmpty)
            for name in names {
                let key = try #require(KeyName.dataKey(name))
                let erasure = Event(
                    DataKeySubject.entry(.destroyed),
                    chain: .platform,
                    data: ["key": .string(key), "why": "asked for"]
                )
                _ = try await server.instance.perform(RecordEvents([erasure]), by: .system)
            }
            for _ in 0..<2 { #expect(await shown() == [["erased": true], ["erased": true]]) }
        }
    }
}
