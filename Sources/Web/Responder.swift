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
    let connections: Connections
    let load: Load
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
        let route = table.route(method, target.path, isOptions: head.method == .options)
        let id = requestID()
        // In HTTP/2 each request has a channel of its own, whose parent is the connection.
        let connection = channel.parent?.parent == nil ? channel : channel.parent ?? channel
        var held = HeldBytes(connections, on: connection)
        let answer: Endpoints.Response
        do {
            // Whoever watches is answered without a place for a body, which says nothing there.
            let body =
                route.isAnsweredUnderOverload
                ? .bytes([]) : try await incoming.readBody(upTo: route.bodyBytesMax, into: &held, writer)
            held.beginWork()
            let place = route.isAnsweredUnderOverload ? nil : LoadPlace(load)
            if place?.enter() ?? true {
                defer { place?.leave() }
                answer = await route.answer(bodyBytes: body.count) { [addresses] in
                    Endpoints.Request(
                        // An unknown method has no endpoint that could ask.
                        method: method ?? .get,
                        path: target.path,
                        query: target.query,
                        headers: head.headerFields.map { ($0.name.canonicalName, $0.value) },
                        body: body,
                        address: addresses.address(of: channel.remoteAddress, head.headerFields),
                        id: id,
                        place: place,
                    )
                }
            } else {
                answer = .overloaded(route.dialect)
            }
        } catch is HummingbirdCore.Request.TooManyBytesHeld {
            answer = .overloaded(route.dialect)
        }
        let sent = whole(answer, of: route.name, id)
        let hasBody = head.method != .head && sent.body.readableBytes > 0
        held.exchange(forAnswer: hasBody ? sent.body.readableBytes : 0)
        try await writer.write(
            response: sent.head,
            body: hasBody ? ResponseBody(byteBuffer: sent.body) : ResponseBody()
        )
        metrics.record(route.name, head.method.rawValue, sent.head.status.code, since: start)
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

/// What there is to say of a request, whether or not there is an endpoint for it.
extension EndpointTable.Route {
    fileprivate var name: String {
        switch self {
        case .endpoint(let endpoint, _): endpoint.name
        case .wrongMethod, .preflight, .unknown: RequestMetrics.unknown
        }
    }

    fileprivate var bodyBytesMax: Int {
        switch self {
        case .endpoint(let endpoint, _): endpoint.bodyBytesMax
        case .wrongMethod, .preflight, .unknown: Endpoint.bodyBytesMax
        }
    }

    fileprivate var dialect: Endpoint.Dialect {
        switch self {
        case .endpoint(let endpoint, _): endpoint.dialect
        case .wrongMethod(_, let dialect): dialect
        case .preflight, .unknown: .detail
        }
    }

    fileprivate var isAnsweredUnderOverload: Bool {
        switch self {
        case .endpoint(let endpoint, _): endpoint.isAnsweredUnderOverload
        case .wrongMethod, .preflight, .unknown: false
        }
    }

    /// A longer body takes longer than a moment, whatever it is for.
    private static let briefBodyBytesMax = 16 * 1024

    fileprivate func answer(
        bodyBytes: Int,
        _ request: @Sendable () -> Endpoints.Request,
    ) async -> Endpoints.Response {
        switch self {
        case .endpoint(let endpoint, let parameters)
        where endpoint.isBrief && bodyBytes <= Self.briefBodyBytesMax:
            await endpoint.answer(request(), parameters)
        case .endpoint(let endpoint, let parameters):
            // The event loop has other connections, which would wait. What is done first here is what moves the task:
            // a closure that only called on would stay.
            await withTaskExecutorPreference(globalConcurrentExecutor) { @concurrent in
                let request = request()
                return await endpoint.answer(request, parameters)
            }
        case .wrongMethod(let allowed, let dialect): .methodNotAllowed(allowed, dialect)
        case .preflight(let allowed): .preflight(allowed)
        case .unknown: .notFound
        }
    }
}

extension Endpoints.Request.Body {
    fileprivate var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .tooLarge: 0
        }
    }
}
