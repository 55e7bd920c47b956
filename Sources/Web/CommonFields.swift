import Endpoints
import HTTPTypes
import NIOCore

/// An answer as it goes over the wire.
struct WholeResponse: Sendable {
    var head: HTTPResponse
    var body: ByteBuffer
}

/// What every answer carries whichever endpoint gave it, and no answer carries twice.
struct CommonFields: Sendable {
    let dates: DateHeader
    /// Whether clients come by https and shall come by nothing else.
    let demandsHTTPS: Bool

    private static let noStore = HTTPField(name: .cacheControl, value: "no-store")
    private static let noSniff = HTTPField(name: .xContentTypeOptions, value: "nosniff")
    /// RFC 6797 §6.1: for two years, for this host alone: what else has a name below it is not ours to decide about.
    ///
    /// A proxy that ends https passes it on; over plain HTTP a browser takes no notice (RFC 6797 §8.1).
    private static let strictTransport = HTTPField(name: .strictTransportSecurity, value: "max-age=63072000")
    private static let count = 6

    /// The answer as it is sent; `nil` when a header's name is none, which is a mistake in an endpoint.
    func complete(_ answer: Endpoints.Response, id: String) -> WholeResponse? {
        guard (200...599).contains(answer.status) else { return nil }
        var fields = HTTPFields()
        fields.reserveCapacity(answer.headers.count + Self.count)
        var setsCaching = false
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { return nil }
            setsCaching = setsCaching || name == .cacheControl
            // A byte that would end the line becomes a space here, so no value can add a header of its own.
            fields.append(HTTPField(name: name, value: value))
        }
        if !setsCaching { fields.append(Self.noStore) }
        fields.append(Self.noSniff)
        if demandsHTTPS { fields.append(Self.strictTransport) }
        fields.append(HTTPField(name: .requestID, value: id))
        fields.append(dates.field)
        let mayHaveBody = answer.status != 204 && answer.status != 304
        // RFC 9110 §8.6: "A server MUST NOT send a Content-Length header field in any response with a status code of
        // 1xx (Informational) or 204 (No Content)."
        if mayHaveBody { fields.append(HTTPField(name: .contentLength, value: String(answer.body.count))) }
        let head = HTTPResponse(status: HTTPResponse.Status(code: answer.status), headerFields: fields)
        return WholeResponse(head: head, body: mayHaveBody ? ByteBuffer(bytes: answer.body) : ByteBuffer())
    }

    /// An answer that says its status and no more.
    func plain(_ status: Int, id: String) -> WholeResponse {
        guard let sent = complete(.plain(status), id: id) else {
            preconditionFailure("an answer made of constants can be sent")
        }
        return sent
    }
}

extension HTTPField.Name {
    static let requestID = named("X-Request-Id")
    static let forwardedFor = named("X-Forwarded-For")

    private static func named(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("a constant that is a token is a name") }
        return name
    }
}
