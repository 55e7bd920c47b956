import Endpoints
import Engine
import Identity
import OpenSSL
import Plans
import Wire

/// What a request asks about its own effect: to be shown it and no more, or to be held to what was shown.
///
/// A class, so that the many requests that ask nothing carry one empty word.
final class PreviewRequest: Sendable {
    enum Wish: Sendable {
        case show
        case hold(to: Digest)
    }

    let wish: Wish
    /// What is asked for: the same bytes for the same request, however it was written.
    let request: [UInt8]

    /// - Returns: nil where it asks nothing.
    static func read(_ request: Request, _ query: Query, _ body: Members) throws(Refusal) -> PreviewRequest? {
        let digests = request.headers(headerName)
        let isShown = query.flag(parameterName) ?? false
        if digests.isEmpty, !isShown { return nil }
        var wish = Wish.show
        if !digests.isEmpty {
            let digest = try shown(digests)
            if !isShown { wish = .hold(to: digest) }
        }
        return PreviewRequest(wish, request, query, body)
    }

    static let parameterName = "preview"
    private static let headerName = "muniment-preview"

    private init(_ wish: Wish, _ request: Request, _ query: Query, _ body: Members) {
        self.wish = wish
        // Both forms of a path are the same request.
        let path = request.path.hasSuffix("/") ? String(request.path.dropLast()) : request.path
        let asked: [JSON] = [
            .string(request.method.rawValue), .string(path), .object(query.members(but: Self.parameterName).inOrder),
            .object(body.inOrder),
        ]
        self.request = JSON.array(asked).compact
    }

    private static func shown(_ headers: [String]) throws(Refusal) -> Digest {
        guard headers.count == 1, let digest = PlanDigest.read(headers[0]) else {
            let message = "The digest of a preview is expected, once"
            throw .rejected(.invalid([FieldIssue(["header", "Muniment-Preview"], message, "value_error")]))
        }
        return digest
    }
}

extension JSON {
    /// The same with the members of every object in the order of their names.
    fileprivate var inOrder: JSON {
        switch self {
        case .null, .bool, .integer, .decimal, .string: self
        case .array(let items): .array(items.map(\.inOrder))
        case .object(let members): .object(members.inOrder)
        }
    }
}

extension Members {
    fileprivate var inOrder: Members {
        Members(distinct: entries.map { ($0.name, $0.value.inOrder) }.sorted { $0.0.bytesPrecede($1.0) })
    }
}

extension Endpoint.Parameter {
    static let preview = Self(
        PreviewRequest.parameterName,
        in: .query,
        "Tell what this would do, as a plan, and do nothing",
        .boolean
    )
    static let agreed = Self(
        "Muniment-Preview",
        in: .header,
        "The digest of a preview: it is done only if it still does just that, else 409",
        PlanJSON.digest
    )
}
