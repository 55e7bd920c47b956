import Endpoints
import Engine
import Identity

/// On which versions of a resource a request insists: `If-Match` and `If-None-Match` (RFC 9110 §13.1.1, §13.1.2).
struct Conditions: Sendable, Equatable {
    private let match: EntityTags
    private let noneMatch: EntityTags

    init(_ request: Request) {
        match = EntityTags(request.headers("if-match"))
        noneMatch = EntityTags(request.headers("if-none-match"))
    }

    /// What a decision is to expect when the present version is this one; 0 is no version, so it never holds.
    func expected(at present: UInt64?) -> UInt64? {
        // RFC 9110 §13.2.2: where one of both does not hold, a change is not made.
        if let present, noneMatch.names(present, isWeak: true) { return 0 }
        switch match {
        case .absent, .any: return nil
        case .tags: return present.flatMap { match.names($0, isWeak: false) ? $0 : nil } ?? 0
        }
    }

    /// The answer to a read of a version, as the conditions have it: 412, 304 without the content, or as it is.
    func applied(to answer: Response, in dialect: any Dialect) -> Response {
        guard answer.status == 200, let version = answer.version else { return answer }
        if case .tags = match, !match.names(version, isWeak: false) {
            return dialect.response(.rejected(moved(.versionMoved)))
        }
        return noneMatch.names(version, isWeak: true) ? answer.notModified : answer
    }

    /// A refusal that says what is wrong with a condition which can never hold.
    func explained(_ refusal: Refusal) -> Refusal {
        if case .rejected(let rejection) = refusal { .rejected(moved(rejection)) } else { refusal }
    }

    private func moved(_ rejection: Rejection) -> Rejection {
        guard rejection.kind == .moved else { return rejection }
        if match.isWeak { return .weakMatch }
        return match == .absent ? .noneMatched : rejection
    }
}

/// The tags of a condition; those that are not ours match nothing.
private enum EntityTags: Sendable, Equatable {
    case absent
    /// `*`: whatever version there is.
    case any
    case tags([Tag])

    struct Tag: Sendable, Equatable {
        let version: UInt64?
        let isWeak: Bool

        /// `"3"` or `W/"3"`: exactly the form in which an ETag is sent, but for what a proxy has put before it.
        init(_ text: String) {
            isWeak = text.hasPrefix("W/")
            let strong = isWeak ? String(text.dropFirst(2)) : text
            let version = UInt64(strong.dropFirst().dropLast())
            self.version = version.flatMap { strong == "\"\($0)\"" ? $0 : nil }
        }
    }

    init(_ headers: [String]) {
        let tags = headers.flatMap { $0.split(separator: ",") }.map { $0.trimmed }
        if headers.isEmpty {
            self = .absent
        } else {
            self = tags == ["*"] ? .any : .tags(tags.map(Tag.init))
        }
    }

    /// - Parameter isWeak: whether a weak tag may match: for `If-None-Match` it may, for `If-Match` never (§8.8.3.2).
    func names(_ version: UInt64, isWeak: Bool) -> Bool {
        switch self {
        case .absent: false
        case .any: true
        case .tags(let tags): tags.contains { $0.version == version && (isWeak || !$0.isWeak) }
        }
    }

    var isWeak: Bool {
        if case .tags(let tags) = self { tags.contains(where: \.isWeak) } else { false }
    }
}

extension Rejection {
    fileprivate static let weakMatch = Self(
        .moved,
        versionMoved.code,
        "A weak tag never matches in If-Match (RFC 9110 §13.1.1): send it without W/, which a proxy has put before it"
    )

    fileprivate static let noneMatched = Self(
        .moved,
        versionMoved.code,
        "The resource is of the version in If-None-Match"
    )
}

extension Response {
    fileprivate var version: UInt64? {
        headers.first { $0.name == "etag" }.flatMap { UInt64($0.value.dropFirst().dropLast()) }
    }
}

extension Substring {
    /// Without the optional white space that RFC 9110 §5.6.3 allows around members of a list.
    fileprivate var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
