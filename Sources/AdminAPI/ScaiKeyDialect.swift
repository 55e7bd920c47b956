import Endpoints
import Engine
import Identity
import Wire

/// The dialect of the admin API: `{data}` for one thing, `{data, pagination}` for a list (decision 11 of the contract),
/// and `{detail}` for what is refused.
struct ScaiKeyDialect: Dialect {
    func response(_ answer: Answer) throws -> Response {
        switch answer.content {
        case .one(let item, let version, let isNew):
            var out = JSONWriter()
            out.beginObject()
            out.key("data")
            try item.write(&out)
            out.endObject()
            let response = Response.json(isNew ? 201 : 200, out.bytes)
            // RFC 9110 §8.8.3: the version is the ETag, always strong.
            return (version.map { response.adding("etag", "\"\($0)\"") } ?? response).at(answer.index)
        case .list(let listing):
            return try list(listing).at(answer.index)
        case .refused(let rejection, let item):
            var out = JSONWriter()
            out.beginObject()
            out.key("detail")
            out.string(rejection.detail)
            out.key("data")
            try item.write(&out)
            out.endObject()
            return Response.json(Response(Refusal.rejected(rejection)).status, out.bytes).at(answer.index)
        case .done:
            return Response(status: 204).at(answer.index)
        case .kept(let response):
            return response
        case .text(let bytes, let mediaType):
            return Response(status: 200, headers: [("content-type", mediaType)], body: bytes).at(answer.index)
        }
    }

    /// About as long as a resource is.
    private static let itemBytes = 700

    private func list(_ listing: Listing) throws -> Response {
        var out = JSONWriter(reservingBytes: listing.items.count * Self.itemBytes + Self.itemBytes)
        out.beginObject()
        if let totals = listing.totals {
            out.key("totals")
            out.json(.object(totals), as: .foreign)
        }
        out.key("data")
        out.beginArray()
        for item in listing.items { try item.write(&out) }
        out.endArray()
        out.key("pagination")
        out.json(Self.json(listing.page), as: .foreign)
        out.endObject()
        return Response.json(200, out.bytes)
    }

    private static func json(_ page: ListPart) -> JSON {
        var members: Members = [
            "page": .integer(Int64(page.page)), "per_page": .integer(Int64(page.perPage)),
            "total": .integer(Int64(page.total)), "total_pages": .integer(Int64(page.pages)),
            "as_of": .integer(Int64(page.asOf)),
        ]
        if !page.isExact { members.append("total_relation", "gte") }
        return .object(members)
    }

    func response(_ refusal: Refusal) -> Response { Response(refusal) }
    func response(_ fault: BodyFault) -> Response { Response(fault) }
}
