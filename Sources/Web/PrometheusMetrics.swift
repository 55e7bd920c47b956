package import Metrics

/// The server's measurements, and their text in the form that Prometheus reads.
///
/// A backend for swift-metrics whose families are declared up front with their help and the values that their labels
/// may have: whatever a request contains, the number of series is bounded. What is not declared is not kept.
package final class PrometheusMetrics: MetricsFactory {
    private let families: [String: Store]
    private let order: [String]

    package init(_ families: [Family]) {
        order = families.map(\.name)
        self.families = Dictionary(uniqueKeysWithValues: families.map { ($0.name, Store($0)) })
    }

    /// All families in the order declared, with everything measured so far.
    package var text: [UInt8] {
        var text = PrometheusText()
        for name in order {
            guard let store = families[name] else { preconditionFailure("a family in the order is a family") }
            text.begin(store.family)
            for (labels, series) in store.all { text.append(series, of: store.family, labels) }
        }
        return text.bytes
    }

    /// The media type of ``text``.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let counter) = series(label, dimensions, [.counter]) { counter } else { ignoring }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        if case .gauge(let gauge) = series(label, dimensions, [.gauge]) { gauge } else { ignoring }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        if case .histogram(let histogram) = series(label, dimensions, [.histogram]) { histogram } else { ignoring }
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        switch series(label, dimensions, [.gauge, .histogram]) {
        case .gauge(let gauge): gauge
        case .histogram(let histogram): histogram
        case .counter, nil: ignoring
        }
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)],
    ) -> any FloatingPointCounterHandler {
        ignoring
    }

    // A series once begun stays: a counter that vanished and came back from zero would read as a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}

    private var ignoring: NOOPMetricsHandler { .instance }

    /// The series, when its family is declared and of such a kind.
    private func series(_ label: String, _ dimensions: [(String, String)], _ kinds: [Family.Kind]) -> Series? {
        guard let store = families[label], kinds.contains(store.family.kind) else { return nil }
        return store.series(dimensions)
    }
}
