import Endpoints
import Engine
import EventLog
import Identity
import Patience
import Testing
import Wire

/// Every read is written down before it is answered; the same one again within a minute is only counted.
struct RecordingTests {
    @Test func `identical reads are gathered into one entry`() async throws {
        try await Server.run { server in
            let partner = try await server.partner()
            let size = server.instance.status.size
            for _ in 0..<5 { #expect(await server.call(.get, "/partners/\(partner)").status == 200) }
            #expect(server.instance.status.size == size + 1)
            let read = try #require(try server.last("partner.read"))
            #expect(read.chain == partner)
            #expect(read.class == .activity)
            #expect(read.actor.id == server.founded.client.text)
            #expect(read.request?.endpoint == "partners.read")
            server.clock.pass(microseconds: 61_000_000)
            _ = await server.call(.get, "/partners/\(partner)")
            let sum = try #require(try server.last("reads.summarized"))
            #expect(sum.data["count"] == 4)
            #expect(sum.data["target"]?.text == partner)
            #expect(sum.actor.id == server.founded.client.text)
        }
    }

    @Test func `what was searched for is sealed, and another search is another read`() async throws {
        try await Server.run { server in
            for word in ["m%C3%BCller", "schmidt"] { _ = await server.call(.get, "/tenants?search=\(word)") }
            let reads = try server.entries().filter { $0.type == "tenant.listed" }
            #expect(reads.count == 2)
            let first = try #require(reads.first)
            #expect(first.sealed.map(\.fields) == [["query"]])
            #expect(first.sealed.first?.subject == server.founded.client.text)
            #expect(first.sealed.first?.key.hasPrefix("platform/20") == true)
            #expect(!String(decoding: first.encoded, as: UTF8.self).contains("ller"))
            let opened = try server.instance.open(.init(index: first.index, ordinal: 0))
            #expect(opened?["query"] == "search=m%C3%BCller")
        }
    }

    @Test func `reads of the audit are never gathered`() async throws {
        try await Server.run { server in
            for _ in 0..<3 { _ = await server.call(.get, "/audit?per_page=1") }
            for _ in 0..<3 { _ = await server.call(.get, "/audit/0") }
            let (listed, read) = (try server.count(of: "entry.listed"), try server.count(of: "entry.read"))
            #expect(listed == 3 && read == 3)
        }
    }

    @Test func `health, proofs and the document leave nothing`() async throws {
        try await Server.run { server in
            // Once the notary has signed, there is a proof.
            try await until { await server.call(.get, "/audit/0/proof").status == 200 }
            let size = server.instance.status.size
            for path in ["/health", "/health/integrity", "/audit/0/proof"] {
                #expect(await server.call(.get, path).status == 200, "\(path)")
            }
            #expect(server.instance.status.size == size)
        }
    }

    @Test func `content that means nothing and what is not there leave nothing`() async throws {
        try await Server.run { server in
            let size = server.instance.status.size
            #expect(await server.call(.post, "/partners", ["x": 1]).status == 422)
            #expect(await server.call(.get, "/partners/prt_nobody").status == 404)
            #expect(await server.call(.delete, "/partners/prt_nobody").status == 404)
            #expect(await server.send(.post, "/partners", body: .tooLarge(limit: 1)).status == 413)
            #expect(server.instance.status.size == size)
        }
    }
}
