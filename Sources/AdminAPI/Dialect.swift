import Endpoints
import Engine
import Identity
import Wire

/// How answers and refusals are written for one kind of client: envelopes, names of members, errors, content types.
///
/// An operation knows none of them, so a further dialect is a further file.
protocol Dialect: Sendable {
    /// - Throws: what kept something sealed from being opened.
    func response(_ answer: Answer) throws -> Response
    func response(_ refusal: Refusal) -> Response
    func response(_ fault: BodyFault) -> Response
}

extension Response {
    /// The index that a reader must have seen to see what this answer tells (decision 27 of the contract).
    func at(_ index: UInt64) -> Self { adding("muniment-index", "\(index)") }
}

/// What a client would rather have, by its `Accept` header (RFC 9110 §12.5.1).
enum Preference {
    static let csv = "text/csv"

    /// Whether it asks for a table rather than for JSON; whoever says nothing gets JSON.
    static func prefersCSV(_ headers: [String]) -> Bool {
        let ranges = headers.flatMap { $0.split(separator: ",") }.map(Range.init)
        let csv = ranges.filter { $0.type == "text/csv" || $0.type == "text/*" }.map(\.weight).max() ?? 0
        let json = ranges.filter { ["application/json", "application/*"].contains($0.type) }.map(\.weight).max() ?? 0
        return csv > 0 && csv > json
    }

    /// One media range with its weight in thousandths.
    private struct Range {
        let type: String
        let weight: Int

        init(_ text: Substring) {
            let parts = text.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\t" }).lowercased() }
            type = parts.first ?? ""
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            weight = Int(max(0, min(1, quality)) * 1_000)
        }
    }
}
