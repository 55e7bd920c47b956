/// A JSON value, kept so that it can be written again byte for byte.
///
/// Two values are equal when their texts are the same bytes and their members stand in the same order. Where the order
/// of members must not count, compare ``canonical``.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)

    /// A number the ledger itself may hold: whole, and within ``exactIntegers``.
    case integer(Int64)

    case string(String)
    case array([JSON])
    case object(Members)

    /// Somebody else's number that is no ``exactIntegers`` integer, as its text was written: `1.50`, `1e3`, `-0`.
    ///
    /// It is written out as it stands, so its text must be a number by RFC 8259 §6. It has no canonical form.
    case decimal(String)

    /// The integers every JSON reader represents exactly: ±(2^53−1), RFC 8259 §6 and RFC 8785 §3.2.2.3.
    package static let exactIntegers: ClosedRange<Int64> = -9_007_199_254_740_991...9_007_199_254_740_991

    /// A number, or the nearest that every reader represents exactly.
    package static func integer(clamping value: Int64) -> JSON {
        .integer(min(max(value, exactIntegers.lowerBound), exactIntegers.upperBound))
    }

    /// The number of arrays and objects that may be open at once: reading recurses, and nobody needs more.
    package static let depthMax = 16

    /// Which texts are accepted as JSON.
    package enum Dialect: Sendable {
        /// What others send: any JSON of RFC 8259 without duplicate members, lone surrogates or excessive depth.
        case foreign

        /// What the ledger holds: exactly the bytes RFC 8785 prescribes, with no number but the exact integers.
        case canonical
    }

    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.string(let left), .string(let right)): left.bytesEqual(right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.decimal(let left), .decimal(let right)): left.bytesEqual(right)
        case (.null, _), (.bool, _), (.integer, _), (.string, _), (.array, _), (.object, _), (.decimal, _): false
        }
    }
}
