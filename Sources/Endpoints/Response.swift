/// What goes back to the client: a status, headers and a whole body.
package struct Response: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer in JSON, whose media type has no charset parameter (RFC 8259 §11).
    package static func json(
        _ status: Int,
        _ body: [UInt8],
        headers: [(name: String, value: String)] = [],
    ) -> Self {
        Self(status: status, headers: [("content-type", "application/json")] + headers, body: body)
    }

    package func adding(_ name: String, _ value: String) -> Self {
        var copy = self
        copy.headers.append((name, value))
        return copy
    }
}
