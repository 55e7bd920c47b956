import Endpoints
import Engine
import Identity
import OpenSSL
import Testing
import Wire

/// Pages of an organization's clients, which are named by tokens.
struct OrganizationPageTests {
    private static func ids(_ page: Response) -> [String] {
        (page.json["clients"]?.items ?? []).compactMap { $0["client_id"]?.text }
    }

    private static func next(_ page: Response) -> String { page.json["next_page_token"]?.text ?? "" }
    private static func previous(_ page: Response) -> String { page.json["prev_page_token"]?.text ?? "" }

    @Test func `a walk shows each client once, forwards and backwards, whatever is written meanwhile`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            let path = "/organizations/\(organization)/clients"
            var made: [MadeClient] = []
            for number in 0..<7 {
                made.append(try await server.organizationClient(of: organization, ["name": .string("\(number)")]))
            }
            var page = await server.call(.get, "\(path)?page_size=2")
            var (met, pages) = (Self.ids(page), [page])
            #expect(Self.previous(page).isEmpty)
            while !Self.next(page).isEmpty {
                // Whatever happens between two pages, the walk is of the moment when it began.
                _ = try await server.organizationClient(of: organization)
                _ = await server.call(.delete, made[pages.count - 1].path)
                page = await server.call(.get, "\(path)?page_token=\(Self.next(page))")
                #expect(page.status == 200 && page.json["total_size"] == 7, "\(page.text)")
                met += Self.ids(page)
                pages.append(page)
            }
            #expect(met == made.map(\.id) && pages.map { Self.ids($0).count } == [2, 2, 2, 1])
            for before in pages.dropLast().reversed() {
                page = await server.call(.get, "\(path)?page_size=2&page_token=\(Self.previous(page))")
                #expect(Self.ids(page) == Self.ids(before))
            }
            #expect(Self.previous(page).isEmpty)
        }
    }

    @Test(arguments: [
        ("", 10), ("?page_size=0", 10), ("?page_size=3", 3), ("?page_size=100", 12), ("?page_size=5000", 12),
    ])
    func `a page has ten clients unless another number is asked for`(query: String, count: Int) async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organization = try await server.organization()
            for _ in 0..<12 { _ = try await server.organizationClient(of: organization) }
            let page = await server.call(.get, "/organizations/\(organization)/clients\(query)")
            #expect(Self.ids(page).count == count && page.json["total_size"] == 12)
            #expect(Self.next(page).isEmpty == (count == 12))
        }
    }

    @Test func `S31 a page token with any bit changed, or of another organization, is refused`() async throws {
        try await Server.run(algorithm: .RS256) { server in
            let organizations = [try await server.organization("own"), try await server.organization("other")]
            for organization in organizations {
                for _ in 0..<3 { _ = try await server.organizationClient(of: organization) }
            }
            let paths = organizations.map { "/organizations/\($0)/clients" }
            let token = Self.next(await server.call(.get, "\(paths[0])?page_size=1"))
            #expect(!token.contains("=") && token.utf8.count == 40)
            #expect(await server.call(.get, "\(paths[0])?page_token=\(token)").status == 200)
            #expect(await server.call(.get, "\(paths[1])?page_token=\(token)").grpc == "400 3 INVALID_ARGUMENT")
            let bytes = try Base64URL.decode(token)
            for bit in 0..<(bytes.count * 8) {
                var altered = bytes
                altered[bit / 8] ^= 1 << (bit % 8)
                let answer = await server.call(.get, "\(paths[0])?page_token=\(Base64URL.encode(altered))")
                #expect(answer.grpc == "400 3 INVALID_ARGUMENT", "bit \(bit): \(answer.text)")
                #expect(answer.violations == ["page_token"])
            }
            for text in ["x", token + "A", String(token.dropLast()), token + token, "==="] {
                #expect(await server.call(.get, "\(paths[0])?page_token=\(text)").status == 400, "\(text)")
            }
        }
    }
}
