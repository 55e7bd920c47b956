package import Wire

/// What a request says about who sends it: its `Authorization` header, read but not yet believed.
package enum Authorization: Sendable, Equatable {
    case absent
    case basic(BasicCredentials)
    case bearer(BearerToken)
    /// A scheme that nothing here understands.
    case other(scheme: String)

    /// RFC 9110 §11.6.2 gives a request one `Authorization` field; two are an attempt to be read as two people.
    package init(_ request: Request) throws(Malformed) {
        let headers = request.headers("authorization")
        guard let header = headers.first else {
            self = .absent
            return
        }
        guard headers.count == 1 else { throw Malformed("Authorization is repeated", at: 0) }
        let bytes = header.utf8
        let scheme = String(header[..<(bytes.firstIndex(of: UInt8(ascii: " ")) ?? bytes.endIndex)])
        let credentials = String(Substring(bytes.dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: " ") }))
        // RFC 9110 §11.1: the scheme is a case-insensitive token.
        switch scheme.lowercased() {
        case "basic": self = .basic(try BasicCredentials(base64: credentials))
        case "bearer": self = .bearer(try BearerToken(credentials))
        default: self = .other(scheme: scheme)
        }
    }
}
