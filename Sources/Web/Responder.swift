import Endpoints
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// Has one request answered: finds its endpoint, reads its body, asks the endpoint, and writes what it says.
struct Responder: Sendable {
    let table: EndpointTable
    let addresses: ClientAddresses
    let metrics: RequestMetrics
    let fields: CommonFields
    let logger: Logger
    let requestID: @Sendable () -> String

    /// Concurrent, as the server underneath is: the writer that it hands over is used where it was made.
    @concurrent
    func respond(
        to incoming: HummingbirdCore.Request,
        _ writer: consuming ResponseWriter,
        _ channel: any Channel,
    ) async throws {
        let start = NIODeadline.now()
        let head = incoming.head
        let target = RequestTarget(head.path ?? "")
        // RFC 9110 §9.3.2: HEAD is GET without the content.
        let method = head.method == .head ? .get : Endpoints.Request.Method(rawValue: head.method.rawValue)
        let route = table.route(method, target.path)
        let id = requestID()
        let name: String
        let answer: Endpoints.Response
        switch route {
        case .endpoint(let endpoint, let parameters):
            name = endpoint.name
            let request = Endpoints.Request(
                method: endpoint.method,
                path: target.path,
                query: target.query,
                headers: head.headerFields.map { ($0.name.canonicalName, $0.value) },
                body: try await incoming.readBody(upTo: endpoint.bodyBytesMax, writer),
                address: addresses.address(of: channel.remoteAddress, head.headerFields),
                id: id,
            )
            answer = await endpoint.answer(request, parameters)
        case .wrongMethod(let allowed, let dialect):
            name = RequestMetrics.unknown
            _ = try await incoming.readBody(upTo: Endpoint.bodyBytesMax, writer)
            answer = .methodNotAllowed(allowed, dialect)
        case .unknown:
            name = RequestMetrics.unknown
            _ = try await incoming.readBody(upTo: Endpoint.bodyBytesMax, writer)
            answer = .notFound
        }
        let sent = whole(answer, of: name, id)
        let hasBody = head.method != .head && sent.body.readableBytes > 0
        try await writer.write(
            response: sent.head,
            body: hasBody ? ResponseBody(byteBuffer: sent.body) : ResponseBody()
        )
        metrics.record(name, head.method.rawValue, sent.head.status.code, since: start)
    }

    /// The answer with what every answer has; or, where an endpoint made one that cannot be sent, 500.
    private func whole(_ answer: Endpoints.Response, of name: String, _ id: String) -> WholeResponse {
        if let sent = fields.complete(answer, id: id) { return sent }
        logger.error("An endpoint's answer cannot be sent.", metadata: ["endpoint": "\(name)", "request": "\(id)"])
        return fields.plain(500, id: id)
    }

    /// How a request is refused that is no request, and counted.
    var refusal: RequestGuard.Refusal {
        { status in
            metrics.record(RequestMetrics.unknown, RequestMetrics.other, status, since: nil)
            return fields.plain(status, id: requestID())
        }
    }
}
