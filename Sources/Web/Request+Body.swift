import Endpoints
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Reading a request's body before its endpoint runs.
extension HummingbirdCore.Request {
    /// With this body the server would hold more bytes of bodies than it may.
    struct TooManyBytesHeld: Error {}

    /// The body, unless it is larger than the limit: then no more of it is read than showed that.
    ///
    /// Throws when the client fails to send the whole of it, so that no endpoint takes a part for the whole, and when
    /// the server holds too many bytes for it.
    @concurrent
    func readBody(
        upTo limit: Int,
        into held: inout HeldBytes,
        _ writer: borrowing ResponseWriter,
    ) async throws -> Endpoints.Request.Body {
        let announced = headers[.contentLength].map { Int($0) ?? .max }
        guard mayHaveBody(announced) else { return .bytes([]) }
        if let announced, announced > limit { return .tooLarge(limit: limit) }
        // RFC 9110 §10.1.1: a client that expects 100 (Continue) may wait with its body until it is told to go on.
        if headers[.expect]?.lowercased() == "100-continue" {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        var bytes: [UInt8] = []
        for try await buffer in body {
            guard bytes.count + buffer.readableBytes <= limit else { return .tooLarge(limit: limit) }
            guard held.add(buffer.readableBytes) else { throw TooManyBytesHeld() }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return .bytes(bytes)
    }

    /// Whether there is anything to read.
    ///
    /// RFC 9112 §6.3: a request without Content-Length and Transfer-Encoding has no body. HTTP/2 needs neither header
    /// to carry one, so there the methods that usually have none are believed to have none, and the others are read.
    private func mayHaveBody(_ announced: Int?) -> Bool {
        if let announced { return announced > 0 }
        if headers.contains(.transferEncoding) { return true }
        return !(method == .get || method == .head || method == .delete)
    }
}
