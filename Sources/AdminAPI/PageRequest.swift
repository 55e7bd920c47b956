import Endpoints
import Engine
import Identity
import Wire

/// Which page of a list a request asks for, where pages are named by tokens.
struct PageRequest {
    static let sizeDefault = 10
    /// More is asked for in vain, and no mistake.
    static let sizeMax = 100

    let list: String
    let key: [UInt8]
    /// The last index that the page sees; nil for all there is now.
    let asOf: UInt64?
    let offset: Int
    let size: Int

    static let parameters: [Endpoint.Parameter] = [
        .init(
            "page_size",
            in: .query,
            "1 to 100; 10 when left out or 0, and 100 for more",
            .integer(min: 0, max: Endpoint.Parameter.numberMax)
        ),
        .init("page_token", in: .query, "From the page before, or the one behind", .string(maxLength: 256)),
    ]

    /// - Parameter list: the name of what is listed: a token of another list is none.
    init(_ call: Call, list: String) throws(Refusal) {
        let instance = call.admin.instance
        (self.list, key) = (list, instance.macKey)
        let asked = Int(min(call.query.number("page_size") ?? 0, Int64(Self.sizeMax)))
        guard let text = call.query.text("page_token"), !text.isEmpty else {
            asOf = call.position
            (offset, size) = (0, asked > 0 ? asked : Self.sizeDefault)
            return
        }
        // What is restored from an older backup has not seen what its tokens have.
        guard let token = PageToken(text, of: list, key: key), token.asOf <= instance.lastIndex,
            call.position == nil || call.position == token.asOf
        else {
            let message = "Input should be a token that a page of this list, as of the same moment, has told"
            throw .rejected(.invalid([Query.issue("page_token", message, "value_error")]))
        }
        asOf = token.asOf
        (offset, size) = (token.offset, asked > 0 ? asked : token.size)
    }

    /// The tokens of the pages around this one, each empty where there is none.
    func neighbours(total: Int, asOf: UInt64) -> (next: String, previous: String) {
        let end = offset + size
        let token = { (offset: Int) in
            PageToken(asOf: asOf, offset: offset, size: size).text(of: list, key: key)
        }
        return (end < total ? token(end) : "", offset > 0 ? token(max(0, offset - size)) : "")
    }
}
