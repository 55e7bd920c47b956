package import Endpoints
import Metrics
import NIOCore
import Synchronization

/// Counts requests and how long they took, by endpoint.
package final class RequestMetrics: Sendable {
    static let unknown = "unknown"
    static let other = PrometheusMetrics.Label.other
    private static let requests = "muniment_http_requests_total"
    private static let seconds = "muniment_http_request_seconds"
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    private static let statuses = [
        200, 201, 202, 204, 302, 303, 304,
        400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 415, 422, 428, 429, 431,
        500, 501, 503, 507,
    ]

    /// The families that this records; a factory that knows its families must know these.
    package static func families(_ table: EndpointTable) -> [PrometheusMetrics.Family] {
        let endpoint = PrometheusMetrics.Label("endpoint", [unknown] + table.endpoints.map(\.name))
        let method = PrometheusMetrics.Label("method", methods)
        let status = PrometheusMetrics.Label("status", statuses.map(String.init))
        return [
            .counter(requests, "Requests answered, by endpoint, method and status.", [endpoint, method, status]),
            .histogram(seconds, "Seconds from a request's head to the last byte of its answer.", [endpoint]),
        ]
    }

    /// What is measured of one endpoint, with its counters in a list that stays short.
    private final class Series: Sendable {
        let timer: Timer
        let counters = Mutex<[(method: String, status: Int, counter: Counter)]>([])

        init(timer: Timer) { self.timer = timer }
    }

    private let factory: any MetricsFactory
    private let series: [String: Series]

    init(endpoints: [String], factory: any MetricsFactory) {
        self.factory = factory
        var series: [String: Series] = [:]
        for name in endpoints + [Self.unknown] {
            let timer = Timer(label: Self.seconds, dimensions: [("endpoint", name)], factory: factory)
            series[name] = Series(timer: timer)
        }
        self.series = series
    }

    /// Counts an answer; one without a start was given before there was a request.
    func record(_ endpoint: String, _ method: String, _ status: Int, since start: NIODeadline?) {
        guard let series = series[endpoint] else { preconditionFailure("\(endpoint) is not in the table") }
        counter(series, endpoint, Self.methods.contains(method) ? method : Self.other, status).increment()
        if let start { series.timer.recordNanoseconds((NIODeadline.now() - start).nanoseconds) }
    }

    /// The list is bounded: a method is one of eight, and a status one of those that the program answers.
    private func counter(_ series: Series, _ endpoint: String, _ method: String, _ status: Int) -> Counter {
        series.counters.withLock { counters in
            let known = counters.first { $0.status == status && $0.method == method }
            if let known { return known.counter }
            let dimensions = [("endpoint", endpoint), ("method", method), ("status", String(status))]
            let counter = Counter(label: Self.requests, dimensions: dimensions, factory: factory)
            counters.append((method, status, counter))
            return counter
        }
    }
}
