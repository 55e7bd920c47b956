import Endpoints
import Wire

/// Requests and whole answers as a reader wants to see them, each under a sentence that says what is shown.
struct Transcript {
    private let session: Session
    private(set) var text: String

    init(_ session: Session, _ title: String) {
        self.session = session
        text = title + "\n"
    }

    @discardableResult
    mutating func show(_ sentence: String, _ request: Request) async throws -> Response {
        let response = try await session.ask(request)
        text += "\n# \(sentence)\n\n"
        text += lines(
            ">",
            ["\(request.method.rawValue) \(request.path)"] + request.headers.map { "\($0.name): \($0.value)" }
        )
        switch request.body {
        case .bytes(let body): text += Self.body(">", body)
        case .tooLarge(let limit): text += "> (more than \(limit) bytes)\n"
        }
        text += "\n"
        text += lines("<", ["\(response.status)"] + response.headers.map { "\($0.name): \($0.value)" })
        text += Self.body("<", response.body)
        if let token = try? JSON.parse(response.body)["access_token"]?.text { text += Self.decoded(token) }
        return response
    }

    /// Shows a form; a client that is named authenticates with Basic.
    mutating func form(_ sentence: String, _ body: String, by client: Client? = nil, at path: String) async throws {
        try await show(sentence, session.form(path, body, basic: client))
    }

    private func lines(_ mark: String, _ lines: [String]) -> String { lines.map { "\(mark) \($0)\n" }.joined() }

    private static func body(_ mark: String, _ body: [UInt8]) -> String {
        body.isEmpty ? "" : "\(mark)\n\(mark) \(String(decoding: body, as: UTF8.self))\n"
    }

    /// What a token says, for it cannot be read as it is sent.
    private static func decoded(_ token: String) -> String {
        let parts = token.split(separator: ".").prefix(2).compactMap { try? Base64URL.decode(String($0)) }
        return parts.map { "= \(String(decoding: $0, as: UTF8.self))\n" }.joined()
    }
}
