import Metrics
import Synchronization

extension PrometheusMetrics {
    /// The measurements of one family under one set of label values.
    enum Series: Sendable {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)

        init(_ family: Family) {
            switch family.kind {
            case .counter: self = .counter(CounterSeries())
            case .gauge: self = .gauge(GaugeSeries())
            case .histogram: self = .histogram(HistogramSeries(buckets: family.buckets))
            }
        }
    }

    /// The series of one family, each made when it is first asked for.
    final class Store: Sendable {
        let family: Family
        private let series: Mutex<[[String]: Series]>

        init(_ family: Family) {
            self.family = family
            // A single counter is there from the start with 0, so that its first step is seen as one.
            let isCounted = family.labels.isEmpty && family.kind == .counter
            series = Mutex(isCounted ? [[]: Series(family)] : [:])
        }

        func series(_ dimensions: [(String, String)]) -> Series {
            let values = family.labels.map { label in label.folded(dimensions.first { $0.0 == label.name }?.1) }
            return series.withLock { all in
                if let known = all[values] { return known }
                let new = Series(family)
                all[values] = new
                return new
            }
        }

        /// By label values, so that two readings are easily compared.
        var all: [(labels: [String], series: Series)] {
            series.withLock { Array($0) }
                .sorted { $0.key.lexicographicallyPrecedes($1.key) }
                .map { ($0.key, $0.value) }
        }
    }

    final class CounterSeries: CounterHandler {
        private let count = Atomic<Int64>(0)
        var value: Int64 { count.load(ordering: .relaxed) }

        func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
        func reset() { count.store(0, ordering: .relaxed) }
    }

    final class GaugeSeries: MeterHandler, RecorderHandler {
        private let current = Mutex<Double>(0)
        var value: Double { current.withLock(\.self) }

        func set(_ value: Int64) { set(Double(value)) }
        func set(_ value: Double) { current.withLock { $0 = value } }
        func increment(by amount: Double) { current.withLock { $0 += amount } }
        func decrement(by amount: Double) { current.withLock { $0 -= amount } }
        func record(_ value: Int64) { set(Double(value)) }
        func record(_ value: Double) { set(value) }
    }

    final class HistogramSeries: TimerHandler, RecorderHandler {
        struct Value {
            /// How many values fell into each bucket and no lower one; the last has no upper bound.
            var counts: [UInt64]
            var sum = 0.0
        }

        let buckets: [Double]
        private let current: Mutex<Value>
        var value: Value { current.withLock(\.self) }

        init(buckets: [Double]) {
            self.buckets = buckets
            current = Mutex(Value(counts: Array(repeating: 0, count: buckets.count + 1)))
        }

        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
        func record(_ value: Int64) { record(Double(value)) }

        func record(_ value: Double) {
            let bucket = buckets.firstIndex { value <= $0 } ?? buckets.count
            current.withLock {
                $0.counts[bucket] += 1
                $0.sum += value
            }
        }
    }
}
