extension PrometheusMetrics {
    /// One thing that is measured: its name, what it means, and what tells its series apart.
    package struct Family: Sendable {
        package enum Kind: String, Sendable { case counter, gauge, histogram }

        package let name: String
        package let kind: Kind
        package let help: String
        package let labels: [Label]
        /// Of a histogram the upper bounds of its buckets, ascending; the bucket without a bound comes by itself.
        package let buckets: [Double]

        package static func counter(_ name: String, _ help: String, _ labels: [Label] = []) -> Self {
            precondition(name.hasSuffix("_total"), "by custom a counter's name ends in _total: \(name)")
            return Self(name: name, kind: .counter, help: help, labels: labels, buckets: [])
        }

        package static func gauge(_ name: String, _ help: String, _ labels: [Label] = []) -> Self {
            Self(name: name, kind: .gauge, help: help, labels: labels, buckets: [])
        }

        package static func histogram(
            _ name: String,
            _ help: String,
            _ labels: [Label] = [],
            buckets: [Double] = secondsBuckets,
        ) -> Self {
            Self(name: name, kind: .histogram, help: help, labels: labels, buckets: buckets)
        }

        /// From an answer out of memory to one that waited for a disk in distress.
        package static let secondsBuckets = [
            0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        ]
    }

    /// A label with every value it can have.
    package struct Label: Sendable {
        /// What a value becomes that was not declared.
        package static let other = "other"

        package let name: String
        package let values: Set<String>

        package init(_ name: String, _ values: [String]) {
            self.name = name
            self.values = Set(values)
        }

        func folded(_ value: String?) -> String {
            value.flatMap { values.contains($0) ? $0 : nil } ?? Self.other
        }
    }
}
