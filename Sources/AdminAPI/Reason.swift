import Endpoints
import Engine
import Identity
import Wire

/// Why a change was made, in the words of whoever made it: the header `Muniment-Reason`.
enum Reason {
    static let charactersMax = 500

    /// - Parameter isRequired: whether this deployment wants to know; blanks are no reason then.
    /// - Returns: `nil` when none is given.
    static func read(_ headers: [String], isRequired: Bool) throws(Refusal) -> String? {
        let text = try read(headers)
        guard !isRequired || text?.contains(where: { !$0.isWhitespace }) ?? false else {
            throw invalid("Field required", "missing")
        }
        return text
    }

    private static func read(_ headers: [String]) throws(Refusal) -> String? {
        guard let header = headers.first, !header.isEmpty else { return nil }
        guard headers.count == 1 else { throw invalid("This header is repeated", "value_error") }
        let text: String
        do throws(Malformed) {
            // Percent-encoding as in a path (RFC 3986 §2.1), where a plus is a plus.
            text = try FormEncoding.decode(header.replacing("+", with: "%2B").utf8)
        } catch {
            throw invalid("Input should be percent-encoded UTF-8: \(error)", "value_error")
        }
        guard text.unicodeScalars.count <= charactersMax else {
            throw invalid("String should have at most \(charactersMax) characters", "string_too_long")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw invalid("String should have no control characters", "string_pattern_mismatch")
        }
        return text
    }

    private static func invalid(_ message: String, _ type: String) -> Refusal {
        .rejected(.invalid([FieldIssue(["header", "Muniment-Reason"], message, type)]))
    }
}
