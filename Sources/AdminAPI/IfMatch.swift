/// For which version of a resource a change is meant (RFC 9110 §13.1.1).
enum IfMatch: Sendable, Equatable {
    /// No such header, or `*`: for whatever version there is.
    case any
    case versions([UInt64])

    /// A tag that is weak, malformed or not of ours can match nothing, so the condition is false: 412, like any other
    /// condition that does not hold.
    init(_ headers: [String]) {
        let tags = headers.flatMap { $0.split(separator: ",") }.map { $0.trimmed }
        if headers.isEmpty || tags == ["*"] {
            self = .any
        } else {
            self = .versions(tags.compactMap(Self.version))
        }
    }

    /// What a decision is to expect when the present version is this one; 0 is no version, so it never holds.
    func expected(at present: UInt64?) -> UInt64? {
        switch self {
        case .any: nil
        case .versions(let versions): versions.first { $0 == present } ?? 0
        }
    }

    /// `"3"`: exactly the form in which an ETag is sent; tags are compared as texts.
    private static func version(_ tag: String) -> UInt64? {
        guard let version = UInt64(tag.dropFirst().dropLast()), tag == "\"\(version)\"" else { return nil }
        return version
    }
}

extension Substring {
    /// Without the optional white space that RFC 9110 §5.6.3 allows around members of a list.
    fileprivate var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
