package import Wire

/// The fields of a query string or a form, in the order sent.
///
/// Repetitions are kept, so that whoever reads them can refuse them. RFC 6749 §3.1, §3.2: "Request and response
/// parameters MUST NOT be included more than once."
package struct Parameters: Sendable {
    /// Ten times what the longest documented request carries.
    package static let countMax = 100

    package let entries: [(name: String, value: String)]

    /// Reads `application/x-www-form-urlencoded` bytes: UTF-8, `+` for a space, `%` and two hexadecimal digits.
    package init(form bytes: [UInt8]) throws(Malformed) {
        var entries: [(name: String, value: String)] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.count
            if end > start {
                guard entries.count < Self.countMax else {
                    throw Malformed("more than \(Self.countMax) parameters", at: start)
                }
                let equals = bytes[start..<end].firstIndex(of: UInt8(ascii: "="))
                let name = try FormEncoding.decode(bytes[start..<(equals ?? end)])
                let value = try equals.map { (equals) throws(Malformed) in
                    try FormEncoding.decode(bytes[(equals + 1)..<end])
                }
                entries.append((name, value ?? ""))
            }
            start = end + 1
        }
        self.entries = entries
    }

    /// Reads the query of a request, which is written the same way.
    package init(query: String) throws(Malformed) {
        try self.init(form: Array(query.utf8))
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// The first value of a field, as sent.
    package subscript(name: String) -> String? {
        entries.first { $0.name.bytesEqual(name) }?.value
    }

    /// The first value of a field, unless it is empty.
    ///
    /// RFC 6749 §3.1: "Parameters sent without a value MUST be treated as if they were omitted from the request."
    package func given(_ name: String) -> String? {
        self[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Every value of a field, in the order sent.
    package func values(_ name: String) -> [String] {
        entries.filter { $0.name.bytesEqual(name) }.map(\.value)
    }

    /// The first name that stands here a second time, if any does.
    package var repeatedName: String? {
        var seen: Set<[UInt8]> = []
        return entries.first { !seen.insert(Array($0.name.utf8)).inserted }?.name
    }
}
