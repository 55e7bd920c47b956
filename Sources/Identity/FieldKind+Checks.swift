import Wire

// One function per kind of value; each answers with the stored form or with an issue that says what would be accepted.
extension FieldKind {
    static func fault(_ location: [String], _ message: String, _ type: String) -> Result<JSON, FieldFault> {
        .failure(FieldFault(issues: [FieldIssue(location, message, type)]))
    }

    static func text(
        _ value: JSON,
        _ range: ClosedRange<Int>,
        hasLines: Bool = false,
        _ location: [String],
    ) -> Result<JSON, FieldFault> {
        guard let text = value.text else { return fault(location, "Input should be a string", "string_type") }
        let count = text.unicodeScalars.count
        if count < range.lowerBound {
            return fault(location, "String should have at least \(range.lowerBound) character", "string_too_short")
        }
        if count > range.upperBound {
            return fault(location, "String should have at most \(range.upperBound) characters", "string_too_long")
        }
        // Such a character in a name could rewrite a terminal, a page or a log line that shows it.
        if let bad = text.unicodeScalars.first(where: { $0.isControlling && !(hasLines && $0.breaksLines) }) {
            let code = String(bad.value, radix: 16, uppercase: true)
            let name = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
            return fault(
                location,
                "String should have no control, line separating or direction changing characters; it has \(name)",
                "string_pattern_mismatch"
            )
        }
        return .success(value)
    }

    static func name(_ value: JSON, _ location: [String]) -> Result<JSON, FieldFault> {
        text(value, 1...nameCharactersMax, location).flatMap { checked in
            let blank = checked.text?.unicodeScalars.allSatisfy(\.isBlank) ?? true
            return blank ? fault(location, "String should not be blank", "string_too_short") : .success(checked)
        }
    }

    /// A short name for addresses: `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`.
    static func slug(_ value: JSON, _ location: [String]) -> Result<JSON, FieldFault> {
        guard let text = value.text else { return fault(location, "Input should be a string", "string_type") }
        let bytes = Array(text.utf8)
        let isPlain = { (byte: UInt8) in (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63, isPlain(first), isPlain(last),
            bytes.allSatisfy({ isPlain($0) || $0 == UInt8(ascii: "-") })
        else {
            return fault(
                location,
                "String should match pattern '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'",
                "string_pattern_mismatch",
            )
        }
        return .success(value)
    }

    /// Deliverability is proven by mail, not by a pattern; only what could never be an address is refused.
    static func email(_ value: JSON, _ location: [String]) -> Result<JSON, FieldFault> {
        text(value, 3...emailCharactersMax, location).flatMap { checked in
            let parts = (checked.text ?? "").utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
            let whole = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(UInt8(ascii: " ")) }
            return whole ? .success(checked) : fault(location, "Input should be an e-mail address", "value_error")
        }
    }

    static func integer(_ value: JSON, _ range: ClosedRange<Int64>, _ location: [String]) -> Result<JSON, FieldFault> {
        guard let number = value.number else { return fault(location, "Input should be an integer", "int_type") }
        if number < range.lowerBound {
            return fault(
                location,
                "Input should be greater than or equal to \(range.lowerBound)",
                "greater_than_equal"
            )
        }
        if number > range.upperBound {
            return fault(location, "Input should be less than or equal to \(range.upperBound)", "less_than_equal")
        }
        return .success(.integer(number))
    }

    static func moment(_ value: JSON, _ location: [String]) -> Result<JSON, FieldFault> {
        guard let text = value.text else { return fault(location, "Input should be a string", "string_type") }
        guard let moment = try? Instant(rfc3339: text) else {
            return fault(location, "Input should be a time in RFC 3339 form with its zone", "datetime_parsing")
        }
        return .success(.string(moment.text))
    }

    static func object(_ value: JSON, _ location: [String]) -> Result<JSON, FieldFault> {
        guard value.members != nil else { return fault(location, "Input should be an object", "dict_type") }
        let compact = value.compact
        guard compact.count <= objectBytesMax else {
            return fault(
                location,
                "Object is \(compact.count) bytes of JSON; at most \(objectBytesMax) are kept",
                "too_long"
            )
        }
        return .success(.string(String(decoding: compact, as: UTF8.self)))
    }

    static func choice(_ value: JSON, _ choices: [String], _ location: [String]) -> Result<JSON, FieldFault> {
        guard let text = value.text, choices.contains(where: { $0.utf8.elementsEqual(text.utf8) }) else {
            let list = choices.map { "'\($0)'" }.joined(separator: ", ")
            return fault(location, "Input should be one of \(list)", "enum")
        }
        return .success(value)
    }

    static func identifier(
        _ value: JSON,
        _ prefix: String,
        _ isWhole: (String) -> Bool,
        _ location: [String],
    ) -> Result<JSON, FieldFault> {
        guard let text = value.text else { return fault(location, "Input should be a string", "string_type") }
        guard isWhole(text) else {
            return fault(
                location,
                "Input should match pattern '^\(prefix)_[A-Za-z0-9_-]{1,64}$'",
                "string_pattern_mismatch"
            )
        }
        return .success(value)
    }

    /// A list of texts, each checked by itself; an element that stands twice is refused, not silently dropped.
    static func list(
        _ value: JSON,
        _ location: [String],
        _ check: (String) -> String?,
    ) -> Result<JSON, FieldFault> {
        guard let items = value.items else { return fault(location, "Input should be a list", "list_type") }
        guard items.count <= listItemsMax else {
            return fault(location, "List should have at most \(listItemsMax) items", "too_long")
        }
        var issues: [FieldIssue] = []
        var seen: Set<[UInt8]> = []
        for (position, item) in items.enumerated() {
            let place = location + [String(position)]
            guard let text = item.text else {
                issues.append(FieldIssue(place, "Input should be a string", "string_type"))
                continue
            }
            if let message = check(text) { issues.append(FieldIssue(place, message, "value_error")) }
            if !seen.insert(Array(text.utf8)).inserted {
                issues.append(FieldIssue(place, "This item stands in the list already", "value_error"))
            }
        }
        return issues.isEmpty ? .success(value) : .failure(FieldFault(issues: issues))
    }
}

extension Unicode.Scalar {
    /// Whether it steers what shows it.
    ///
    /// Such are controls, separators of lines and paragraphs, and what changes the direction of writing (UAX #9 §2).
    /// Joiners of letters are none: words of many languages need them.
    fileprivate var isControlling: Bool {
        let category = properties.generalCategory
        return category == .control || category == .lineSeparator || category == .paragraphSeparator
            || Self.changesDirection.contains(value)
    }

    /// LRM, RLM and ALM; embeddings and overrides; isolates.
    private static let changesDirection: Set<UInt32> = Set([0x061C, 0x200E, 0x200F])
        .union(0x202A...0x202E).union(0x2066...0x2069)

    /// Tab, line feed and carriage return: what a text of several lines is made with.
    fileprivate var breaksLines: Bool { value == 0x09 || value == 0x0A || value == 0x0D }

    /// Whether nothing is seen of it.
    fileprivate var isBlank: Bool {
        properties.isWhitespace || properties.generalCategory == .format || properties.isDefaultIgnorableCodePoint
            || value == 0x2800
    }
}
