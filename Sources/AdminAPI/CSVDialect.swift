import Endpoints
import Engine
import Wire

/// Lists as tables (RFC 4180): a line of names, which are those of the JSON, and a line for each thing.
///
/// Everything else, and what is refused, is as the admin API says it. Pages are those of the JSON list: `Link` leads to
/// the next one (RFC 8288), at the same moment.
struct CSVDialect: Dialect {
    static let mediaType = "text/csv"

    let path: String
    let query: String
    private let others = ScaiKeyDialect()

    func response(_ answer: Answer) throws -> Response {
        guard case .list(let listing) = answer.content else { return try others.response(answer) }
        var text: [UInt8] = []
        Self.write(listing.columns, to: &text)
        for item in listing.items {
            var out = JSONWriter()
            try item.write(&out)
            let members = try JSON.parse(out.bytes).members ?? [:]
            Self.write(listing.columns.map { Self.cell(members[$0]) }, to: &text)
        }
        let headers = [
            (name: "content-type", value: "text/csv; charset=utf-8; header=present"),
            (name: "muniment-as-of", value: "\(listing.page.asOf)"),
        ]
        let response = Response(status: 200, headers: headers, body: text).at(answer.index)
        return next(listing.page).map { response.adding("link", $0) } ?? response
    }

    func response(_ refusal: Refusal) -> Response { others.response(refusal) }
    func response(_ fault: BodyFault) -> Response { others.response(fault) }

    /// The address of the next page, if there is one.
    private func next(_ page: ListPart) -> String? {
        guard page.page < page.pages || !page.isExact else { return nil }
        let kept = query.split(separator: "&").filter { !$0.hasPrefix("page=") && !$0.hasPrefix("as_of=") }
        let all = kept.map(String.init) + ["page=\(page.page + 1)", "as_of=\(page.asOf)"]
        return "<\(path)?\(all.joined(separator: "&"))>; rel=\"next\""
    }

    /// A value as a cell: texts as they are, lists and objects as their JSON, and nothing for what is absent.
    private static func cell(_ value: JSON?) -> String {
        switch value {
        case nil, .null?: ""
        case .string(let text)?: text
        case .some(let value): String(decoding: value.compact, as: UTF8.self)
        }
    }

    private static func write(_ cells: [String], to text: inout [UInt8]) {
        for (place, cell) in cells.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            write(cell, to: &text)
        }
        text += Array("\r\n".utf8)
    }

    /// RFC 4180 §2: what has a comma, a quotation mark or a line's end stands in quotation marks.
    ///
    /// A spreadsheet takes a cell that begins with one of these for a formula, which could be somebody else's: an
    /// apostrophe before it makes it a text.
    private static func write(_ cell: String, to text: inout [UInt8]) {
        let isFormula = cell.utf8.first.map { formulaBytes.contains($0) } ?? false
        let bytes = (isFormula ? [UInt8(ascii: "'")] : []) + Array(cell.utf8)
        guard isFormula || bytes.contains(where: { quotedBytes.contains($0) }) else {
            text += bytes
            return
        }
        text.append(UInt8(ascii: "\""))
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { text.append(byte) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
    }

    private static let formulaBytes: Set<UInt8> = Set("=+-@\t\r".utf8)
    private static let quotedBytes: Set<UInt8> = Set(",\"\r\n".utf8)
}
