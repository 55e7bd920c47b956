/// Writes measurements in Prometheus's text exposition format, version 0.0.4.
struct PrometheusText {
    private(set) var bytes: [UInt8] = []

    mutating func begin(_ family: PrometheusMetrics.Family) {
        line("# HELP \(family.name) \(Self.escaped(family.help, quotes: false))")
        line("# TYPE \(family.name) \(family.kind.rawValue)")
    }

    mutating func append(
        _ series: PrometheusMetrics.Series,
        of family: PrometheusMetrics.Family,
        _ values: [String],
    ) {
        let labels = zip(family.labels, values).map { (name: $0.name, value: $1) }
        switch series {
        case .counter(let counter): line("\(family.name)\(Self.braced(labels)) \(counter.value)")
        case .gauge(let gauge): line("\(family.name)\(Self.braced(labels)) \(Self.number(gauge.value))")
        case .histogram(let histogram): append(histogram, family.name, labels)
        }
    }

    /// Buckets are cumulative: each counts what is at most its bound.
    private mutating func append(
        _ histogram: PrometheusMetrics.HistogramSeries,
        _ name: String,
        _ labels: [(name: String, value: String)],
    ) {
        let value = histogram.value
        var total: UInt64 = 0
        for (bound, count) in zip(histogram.buckets + [.infinity], value.counts) {
            total += count
            line("\(name)_bucket\(Self.braced(labels + [("le", Self.number(bound))])) \(total)")
        }
        line("\(name)_sum\(Self.braced(labels)) \(Self.number(value.sum))")
        line("\(name)_count\(Self.braced(labels)) \(total)")
    }

    private mutating func line(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func braced(_ labels: [(name: String, value: String)]) -> String {
        if labels.isEmpty { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        text.map { character in
            switch character {
            case "\\": #"\\"#
            case "\n": #"\n"#
            case "\"" where quotes: #"\""#
            default: String(character)
            }
        }.joined()
    }
}
