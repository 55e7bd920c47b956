import Endpoints
import Wire

// The envelopes of the contract: `{data}` for one thing, `{data, pagination}` for a list (decision 11).
extension Response {
    /// One thing with its version, which is its ETag (RFC 9110 §8.8.3, always strong).
    ///
    /// - Parameter data: writes the one value of that name.
    static func single(
        _ status: Int,
        version: UInt64? = nil,
        at index: UInt64,
        _ data: (inout JSONWriter) throws -> Void,
    ) rethrows -> Self {
        var out = JSONWriter()
        out.beginObject()
        out.key("data")
        try data(&out)
        out.endObject()
        let answer = Response.json(status, out.bytes)
        return (version.map { answer.adding("etag", "\"\($0)\"") } ?? answer).at(index)
    }

    static func single(_ status: Int, _ data: JSON, at index: UInt64) -> Self {
        single(status, at: index) { $0.json(data, as: .foreign) }
    }

    /// A page of things.
    ///
    /// - Parameter item: writes one of them.
    static func list<Item>(
        _ items: [Item],
        _ page: PageNote,
        at index: UInt64,
        _ item: (Item, inout JSONWriter) throws -> Void,
    ) rethrows -> Self {
        var out = JSONWriter(reservingBytes: items.count * Self.itemBytes + Self.itemBytes)
        out.beginObject()
        out.key("data")
        out.beginArray()
        for each in items { try item(each, &out) }
        out.endArray()
        out.key("pagination")
        out.json(page.json, as: .foreign)
        out.endObject()
        return Response.json(200, out.bytes).at(index)
    }

    /// About as long as a resource is.
    private static let itemBytes = 700

    static func list(_ items: [JSON], _ page: PageNote, at index: UInt64) -> Self {
        list(items, page, at: index) { $1.json($0, as: .foreign) }
    }

    static func deleted(at index: UInt64) -> Self { Response(status: 204).at(index) }

    /// The index that a reader must have seen to see what this answer tells (decision 27).
    func at(_ index: UInt64) -> Self { adding("muniment-index", "\(index)") }
}

/// Which part of a list an answer is.
struct PageNote: Sendable {
    let page: Int
    let perPage: Int
    let total: Int
    /// Whether `total` is the whole number; else there are at least so many.
    let isExact: Bool

    init(_ query: Query, total: Int, isExact: Bool = true) {
        page = query.page
        perPage = query.perPage
        self.total = total
        self.isExact = isExact
    }

    /// A short list, shown whole.
    init(whole count: Int) {
        page = 1
        perPage = max(count, 1)
        total = count
        isExact = true
    }

    var json: JSON {
        let pages = total / perPage + (total % perPage == 0 ? 0 : 1)
        var members: Members = [
            "page": .integer(Int64(page)), "per_page": .integer(Int64(perPage)), "total": .integer(Int64(total)),
            "total_pages": .integer(Int64(pages)),
        ]
        if !isExact { members.append("total_relation", "gte") }
        return .object(members)
    }
}

extension Array {
    /// The part of a list in memory that a page shows.
    func page(_ page: Int, of perPage: Int) -> ArraySlice<Element> {
        let (start, overflow) = (page - 1).multipliedReportingOverflow(by: perPage)
        return overflow ? [] : dropFirst(start).prefix(perPage)
    }
}
