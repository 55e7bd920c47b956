import Endpoints
import Engine
import Identity
import Wire

/// The query of a request, checked against what the endpoint's description says it takes.
struct Query: Sendable {
    /// Longer texts are refused, unless a parameter says otherwise.
    static let textCharactersMax = 256

    /// As sent: what the entry of a read keeps, sealed.
    let text: String
    private let values: [(name: String, value: JSON)]

    /// - Throws: every issue at once; a name that is not described is one.
    init(_ text: String, _ parameters: [Endpoint.Parameter]) throws(Refusal) {
        self.text = text
        let sent: Parameters
        do throws(Malformed) {
            sent = try Parameters(query: text)
        } catch {
            throw .rejected(.invalid([FieldIssue(["query"], "The query is malformed: \(error)", "value_error")]))
        }
        var values: [(name: String, value: JSON)] = []
        var issues: [FieldIssue] = []
        if let name = sent.repeatedName { issues.append(Self.issue(name, "This parameter is repeated", "value_error")) }
        for (name, value) in sent.entries {
            let described = parameters.first { $0.place == .query && $0.name.bytesEqual(name) }
            switch described.map({ Self.check(value, $0.schema) }) {
            case nil: issues.append(Self.unknown(name))
            case .value(let value)?: values.append((name, value))
            case .fault(let message, let type)?: issues.append(Self.issue(name, message, type))
            }
        }
        for parameter in parameters where parameter.place == .query && parameter.required {
            guard !sent.entries.contains(where: { $0.name.bytesEqual(parameter.name) }) else { continue }
            issues.append(Self.issue(parameter.name, "Field required", "missing"))
        }
        if !issues.isEmpty { throw .rejected(.invalid(issues)) }
        self.values = values
    }

    func text(_ name: String) -> String? { value(name)?.text }
    func number(_ name: String) -> Int64? { value(name)?.number }
    func flag(_ name: String) -> Bool? { value(name)?.flag }

    /// The parameters by their names, but for one.
    func members(but name: String) -> Members {
        Members(distinct: values.filter { !$0.name.bytesEqual(name) })
    }

    var page: Int { Int(number("page") ?? 1) }
    var perPage: Int { Int(number("per_page") ?? 20) }

    private func value(_ name: String) -> JSON? { values.first { $0.name == name }?.value }

    static func issue(_ name: String, _ message: String, _ type: String) -> FieldIssue {
        FieldIssue(["query", name], message, type)
    }

    private static func unknown(_ name: String) -> FieldIssue {
        // Never ignored: an answer about now would be taken for one about then.
        if name == "as_of" { return issue(name, "as_of is for reading: what is written is written now", "value_error") }
        return issue(name, "Extra inputs are not permitted", "extra_forbidden")
    }

    private enum Checked {
        case value(JSON)
        case fault(message: String, type: String)
    }

    private static func check(_ value: String, _ schema: Schema) -> Checked {
        switch schema {
        case .string(let format, _, let maxLength, _):
            return text(value, charactersMax: maxLength ?? textCharactersMax, isTime: format == "date-time")
        case .address:
            guard IPAddress(value) != nil else {
                return .fault(message: "Input should be a network address", type: "string_pattern_mismatch")
            }
            return .value(.string(value))
        case .integer(let min, let max):
            return integer(value, min ?? .min, max ?? .max)
        case .boolean:
            switch value.lowercased() {
            case "true", "1": return .value(true)
            case "false", "0": return .value(false)
            default: return .fault(message: "Input should be true or false", type: "bool_parsing")
            }
        case .choice(let choices):
            // Filters ignore case (decision 24 of the contract).
            let folded = value.lowercased()
            if let choice = choices.first(where: { $0.lowercased() == folded }) { return .value(.string(choice)) }
            let list = choices.map { "'\($0)'" }.joined(separator: ", ")
            return .fault(message: "Input should be one of \(list)", type: "enum")
        case .array, .object, .anyObject, .nullable, .any, .anything, .named:
            preconditionFailure("a query holds single values; no endpoint describes another kind")
        }
    }

    /// Characters are code points, as JSON Schema counts them in what the document says.
    private static func text(_ value: String, charactersMax: Int, isTime: Bool) -> Checked {
        if value.unicodeScalars.count > charactersMax {
            return .fault(message: "String should have at most \(charactersMax) characters", type: "string_too_long")
        }
        if isTime, (try? Instant(rfc3339: value)) == nil {
            return .fault(message: "Input should be a time in RFC 3339 form", type: "datetime_parsing")
        }
        return .value(.string(value))
    }

    private static func integer(_ value: String, _ min: Int64, _ max: Int64) -> Checked {
        let digits = value.utf8.drop { $0 == UInt8(ascii: "-") }
        let isPlain =
            !digits.isEmpty && value.utf8.count - digits.count <= 1 && digits.allSatisfy { (0x30...0x39).contains($0) }
        // What does not fit 64 bits is certainly past the bound. `1.0` is an integer too, by its value.
        let plain = isPlain ? Int64(value) ?? (value.hasPrefix("-") ? .min : .max) : nil
        guard let number = plain ?? (try? JSON.parse(Array(value.utf8)))?.number else {
            return .fault(message: "Input should be an integer", type: "int_parsing")
        }
        if number < min {
            return .fault(message: "Input should be greater than or equal to \(min)", type: "greater_than_equal")
        }
        if number > max {
            return .fault(message: "Input should be less than or equal to \(max)", type: "less_than_equal")
        }
        return .value(.integer(number))
    }
}
