import Wire

// What a reader has already is not sent again (RFC 9110 §13.1.2).
extension Response {
    /// The answer without its content: the reader has this version.
    ///
    /// RFC 9110 §15.4.5: what would have been told of it with 200 stands here too, but for what describes the content.
    package var notModified: Response {
        Response(status: 304, headers: headers.filter { $0.name != "content-type" })
    }

    /// With a tag made of the content, and 304 to whoever has it: for documents, which have no versions.
    func tagged(for request: Request) -> Response {
        guard status == 200 else { return self }
        let tag = "\"\(Hex.encode(fingerprint.bigEndianBytes))\""
        let known = request.headers("if-none-match").flatMap { $0.split(separator: ",") }.map { text in
            String(text.filter { $0 != " " && $0 != "\t" })
        }
        let answer = adding("etag", tag)
        return known.contains { $0 == "*" || $0 == tag || $0 == "W/" + tag } ? answer.notModified : answer
    }

    /// FNV-1a: it tells one edition of our own document from another, and nothing is trusted for it.
    private var fingerprint: UInt64 {
        body.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}

extension UInt64 {
    fileprivate var bigEndianBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * $0)) } }
}
