import Endpoints
import Engine
import Identity
import Wire

/// What an operation comes to, before a dialect has made bytes of it.
struct Answer: Sendable {
    enum Content: Sendable {
        /// One thing, with its version where it has one.
        case one(Item, version: UInt64?, isNew: Bool)
        case list(Listing)
        /// It is done, and there is nothing to tell.
        case done
        /// It was refused, and this is how it stands instead.
        case refused(Rejection, Item)
        /// An answer that was given before, byte for byte.
        case kept(Response)
        /// A text in a form of its own.
        case text([UInt8], mediaType: String)
    }

    let content: Content
    /// The index that a reader must have seen to see what this tells (decision 27 of the contract).
    let index: UInt64

    static func one(_ item: Item, version: UInt64? = nil, isNew: Bool = false, at index: UInt64) -> Self {
        Self(content: .one(item, version: version, isNew: isNew), index: index)
    }

    static func list(
        _ items: [Item],
        _ page: ListPart,
        of columns: [String],
        totals: Members? = nil,
        at index: UInt64,
    ) -> Self {
        Self(content: .list(Listing(items: items, page: page, columns: columns, totals: totals)), index: index)
    }

    static func kept(_ response: Response) -> Self { Self(content: .kept(response), index: 0) }

    static func refused(_ rejection: Rejection, _ item: Item, at index: UInt64) -> Self {
        Self(content: .refused(rejection, item), index: index)
    }

    static func done(at index: UInt64) -> Self { Self(content: .done, index: index) }

    static func text(_ bytes: [UInt8], mediaType: String, at index: UInt64) -> Self {
        Self(content: .text(bytes, mediaType: mediaType), index: index)
    }
}

/// One thing that is told: an object whose members have the names of the resource's fields.
struct Item: Sendable {
    /// Writes the object; what is sealed of it is opened then, for its key may have been destroyed since.
    let write: @Sendable (inout JSONWriter) throws -> Void

    init(write: @escaping @Sendable (inout JSONWriter) throws -> Void) { self.write = write }

    init(_ json: JSON) { write = { $0.json(json, as: .foreign) } }
}

/// A page of things.
struct Listing: Sendable {
    let items: [Item]
    let page: ListPart
    /// The names of their members, in the order in which a table shows them.
    let columns: [String]
    /// How many of each sort the whole list has, where it is told.
    let totals: Members?
}

/// Which part of a list an answer is.
struct ListPart: Sendable {
    let page: Int
    let perPage: Int
    /// How many come before it.
    let offset: Int
    let total: Int
    /// Whether `total` is the whole number; else there are at least so many.
    let isExact: Bool
    /// The last index that the list has seen: sent with the next page, it keeps the pages still.
    let asOf: UInt64

    init(_ query: Query, total: Int, isExact: Bool = true, asOf: UInt64) {
        page = query.page
        perPage = query.perPage
        let (offset, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.perPage)
        self.offset = overflow ? .max : offset
        self.total = total
        self.isExact = isExact
        self.asOf = asOf
    }

    /// At most so many of an exact number, from a place in the list.
    init(_ limit: Int, from offset: Int, total: Int, asOf: UInt64) {
        page = offset / limit + 1
        perPage = limit
        self.offset = offset
        self.total = total
        isExact = true
        self.asOf = asOf
    }

    /// A short list, shown whole.
    init(whole count: Int, asOf: UInt64) {
        page = 1
        perPage = max(count, 1)
        offset = 0
        total = count
        isExact = true
        self.asOf = asOf
    }

    var pages: Int { total / perPage + (total % perPage == 0 ? 0 : 1) }
}

extension Array {
    /// The part of a list in memory that a page shows.
    func page(_ page: Int, of perPage: Int) -> ArraySlice<Element> {
        let (start, overflow) = (page - 1).multipliedReportingOverflow(by: perPage)
        return overflow ? [] : dropFirst(start).prefix(perPage)
    }
}
