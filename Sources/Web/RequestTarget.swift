/// What a request asks for: the path and the query of its target, both as sent.
struct RequestTarget {
    let path: String
    let query: String

    /// RFC 9112 §3.2: nearly always a path with a query; to a proxy, and so perhaps to us, a whole address, of which
    /// scheme and authority are ignored.
    init(_ target: String) {
        let bytes = target.utf8
        var start = bytes.startIndex
        if bytes.first != UInt8(ascii: "/"), let scheme = target.firstRange(of: "://") {
            start = bytes[scheme.upperBound...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
        }
        let question = bytes[start...].firstIndex(of: UInt8(ascii: "?"))
        path = String(target[start..<(question ?? bytes.endIndex)])
        query = question.map { String(target[bytes.index(after: $0)...]) } ?? ""
    }
}
