/// What a client sent, as plain values: the adapter below knows sockets, the endpoints above know only this.
package struct Request: Sendable {
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"
    }

    /// A body is read before its endpoint runs, up to the endpoint's limit; one that is larger is known to be, and is
    /// refused by the endpoint in its turn (after 401 and 403), not by the reader.
    package enum Body: Sendable {
        case bytes([UInt8])
        case tooLarge(limit: Int)
    }

    package var method: Method
    /// The path as sent, still percent-encoded, without the query.
    package var path: String
    /// The query as sent, still percent-encoded, without the question mark; empty when there is none.
    package var query: String
    /// Lower-case names with their values in the order received.
    package var headers: [(name: String, value: String)]
    package var body: Body
    /// The client's address in RFC 5952 form; behind a configured proxy, the one that the proxy named.
    package var address: String?
    /// The identifier of this request (`req_…`), in its entry and in the answer's `X-Request-Id`.
    package var id: String
    /// Its place among the requests that are being answered; nil where they are not counted.
    package var place: (any AnsweringPlace)?
    /// The operation that a W3C `traceparent` header names: stored, never trusted.
    ///
    /// What is none is not kept.
    package var trace: String? { header("traceparent").flatMap { TraceParent($0)?.text } }

    package init(
        method: Method,
        path: String,
        query: String = "",
        headers: [(name: String, value: String)] = [],
        body: Body = .bytes([]),
        address: String? = nil,
        id: String,
        place: (any AnsweringPlace)? = nil,
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.address = address
        self.id = id
        self.place = place
    }

    /// Every value of a header, in the order received; the name is given in lower case.
    package func headers(_ name: String) -> [String] {
        headers.filter { $0.name == name }.map(\.value)
    }

    /// Whether the body is compressed, or coded in another way: nothing here decodes it.
    ///
    /// RFC 9110 §12.5.3 calls having no coding identity.
    package var hasContentCoding: Bool {
        headers("content-encoding").contains { header in
            header.split(separator: ",").contains { coding in
                let name = coding.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
                return name.lowercased() != "identity"
            }
        }
    }

    /// The value of a header that a client may send once; `nil` when it is absent or repeated.
    package func header(_ name: String) -> String? {
        let values = headers(name)
        return values.count == 1 ? values.first : nil
    }
}
