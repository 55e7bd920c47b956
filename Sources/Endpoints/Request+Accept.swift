extension Request {
    /// Whether its `Accept` asks for one media type rather than for the other.
    ///
    /// RFC 9110 §12.5.1: of the ranges that a type is in, the most specific one says how welcome it is. Whoever says
    /// nothing takes either.
    package func prefers(_ type: String, to other: String) -> Bool {
        let ranges = headers("accept").flatMap { $0.split(separator: ",").prefix(Self.rangesMax) }.map(MediaRange.init)
        return MediaRange.weight(of: type, in: ranges) > MediaRange.weight(of: other, in: ranges)
    }

    /// Of one header field; what stands behind them is not looked at.
    private static let rangesMax = 32
}

/// A range of media types, `text/*;q=0.8`, and how welcome those in it are.
private struct MediaRange {
    private let name: String
    /// In thousandths (RFC 9110 §12.4.2); what is no weight is the least.
    private let weight: Int

    init(_ text: Substring) {
        let parts = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        name = parts.first ?? ""
        weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Self.thousandths($0.dropFirst(2)) } ?? 1_000
    }

    static func weight(of type: String, in ranges: [MediaRange]) -> Int {
        let family = type.prefix { $0 != "/" } + "/*"
        for name in [type, String(family), "*/*"] {
            if let range = ranges.first(where: { $0.name == name }) { return range.weight }
        }
        return 0
    }

    private static func thousandths(_ text: Substring) -> Int {
        guard let weight = Double(text), (0...1).contains(weight) else { return 0 }
        return Int(weight * 1_000)
    }
}
