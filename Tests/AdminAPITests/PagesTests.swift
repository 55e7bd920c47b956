import Endpoints
import Engine
import EventLog
import Testing
import Wire

/// The pages of one walk fit together, whatever happens between them, when each is asked as of the first.
struct PagesTests {
    @Test(arguments: ["desc", "asc"])
    func `pages of the audit stand still, though each read of it is an entry`(order: String) async throws {
        try await Server.run { server in
            for number in 0..<20 { _ = try await server.partner("p-\(number)") }
            let path = "/audit?order=\(order)&per_page=10"
            let first = await server.call(.get, path).json
            let asOf = try #require(first.asOf)
            #expect(UInt64(asOf) < server.instance.lastIndex, "the read itself came after what it saw")
            var seen = Self.indexes(first)
            let pages = try #require(first["pagination"]?["total_pages"]?.number)
            #expect(pages >= 5)
            for page in 2...pages {
                let answer = await server.call(.get, "\(path)&page=\(page)&as_of=\(asOf)").json
                #expect(answer.asOf == asOf)
                #expect(answer.total == first.total)
                seen += Self.indexes(answer)
            }
            let all = (0...asOf).map { $0 }
            #expect(seen == (order == "asc" ? all : all.reversed()))
            // Without it the newest are pushed on by every read.
            let second = Self.indexes(await server.call(.get, "\(path)&page=2").json)
            #expect((second == Array(seen[10..<20])) == (order == "asc"))
        }
    }

    @Test func `pages of a narrowed audit stand still`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let tenant = try await server.tenant("read", of: partner)
            for name in ["A", "B", "C"] { _ = await server.call(.patch, "/tenants/\(tenant)", ["name": .string(name)]) }
            for narrowed in ["tenant_id=\(tenant)", "result=ok&resource_id=\(tenant)", "ip_address=192.0.2.44"] {
                let path = "/audit?\(narrowed)&per_page=2"
                let first = await server.call(.get, path).json
                let asOf = try #require(first.asOf)
                let whole = Self.indexes(await server.call(.get, "/audit?\(narrowed)&per_page=100&as_of=\(asOf)").json)
                #expect(whole.count >= 4 && Int64(whole.count) == first.total)
                var seen = Self.indexes(first)
                for page in 2...((whole.count + 1) / 2) {
                    seen += Self.indexes(await server.call(.get, "\(path)&page=\(page)&as_of=\(asOf)").json)
                }
                #expect(seen == whole, "\(narrowed)")
            }
        }
    }

    @Test func `pages of a list stand still, though members come, go and change`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            var made: [String] = []
            for number in 0..<9 { made.append(try await server.tenant("t-\(number)", of: partner)) }
            for narrowed in ["", "&status=ACTIVE", "&search=tenant+t", "&partner_id=\(partner)"] {
                let query = "per_page=3\(narrowed)"
                let first = await server.call(.get, "/tenants?\(query)").json
                let asOf = try #require(first.asOf)
                var seen = first.ids
                for page in 2...4 {
                    let gone = try await server.tenant("x-\(query.utf8.count)-\(page)", of: partner)
                    _ = await server.call(.delete, "/tenants/\(gone)")
                    let name = JSON.string("Renamed for \(query), \(page)")
                    _ = await server.call(.patch, "/tenants/\(made[page])", ["name": name, "status": "SUSPENDED"])
                    let answer = await server.call(.get, "/tenants?\(query)&page=\(page)&as_of=\(asOf)").json
                    #expect(answer.total == 9 && answer.asOf == asOf, "\(query), \(page)")
                    seen += answer.ids
                }
                #expect(seen == made, "\(query)")
                for page in 2...4 {
                    let back: JSON = ["name": .string("Tenant t-\(page)"), "status": "ACTIVE"]
                    _ = await server.call(.patch, "/tenants/\(made[page])", back)
                }
            }
        }
    }

    private static func indexes(_ answer: JSON) -> [Int64] {
        (answer["data"]?.items ?? []).compactMap { $0["index"]?.number }
    }
}
