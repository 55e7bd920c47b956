import AsyncHTTPClient
import Engine
import Foundation
import NIOCore
import NIOHTTP1
import Wire

/// A service that asks a running server for something, as any other client would.
struct ServiceClient {
    static let timeoutSeconds: Int64 = 30
    /// A restore in chunks is answered when the last one is done.
    static let restoreSecondsMax: Int64 = 600
    static let answerBytesMax = 16 << 20

    private let baseURL: BaseURL
    private let clientID: String
    private let secret: String
    private let reason: String?

    init(_ settings: Settings) throws {
        baseURL = try settings.requiredBaseURL()
        clientID = try settings.required(.clientID)
        secret = try Self.secret(settings)
        reason = try settings.text(.reason)
    }

    /// Never an option of its own: what stands on a command line is seen by every user of the machine.
    private static func secret(_ settings: Settings) throws -> String {
        if let path = try settings.text(.secretFile) {
            guard let bytes = try? TextFile.read(path, bytesMax: KeySource.bytesMax) else {
                throw CommandFailure.usage(
                    "the secret file \(path) cannot be read: name one of yours with --secret-file"
                )
            }
            return String(decoding: bytes, as: UTF8.self).trimmed
        }
        guard let secret = try settings.text(.clientSecret) else {
            throw CommandFailure.usage("the secret is missing: set MUNIMENT_CLIENT_SECRET, or give --secret-file FILE")
        }
        return secret
    }

    /// An access token with every scope that the application has (RFC 6749 §4.4).
    func token() async throws -> String {
        let answer = try await post(
            "/oauth/token",
            authorization: "Basic " + Base64.encode(Array("\(clientID):\(secret)".utf8)),
            body: "grant_type=client_credentials"
        )
        guard let token = answer["access_token"]?.text else {
            throw CommandFailure(
                .checkFailed,
                "the server answered without a token: is --base-url \(baseURL) Muniment?"
            )
        }
        return token
    }

    /// - Returns: the identifier of the key that signs from now on.
    func rotateSigningKey() async throws -> String {
        let answer = try await post(
            "/api/v1/admin/signing-keys/rotate",
            authorization: "Bearer " + token(),
            body: nil,
            reason: reason
        )
        let current = answer["data"]?.items?.first { $0["status"]?.text == "current" }
        guard let id = current?["id"]?.text else {
            throw CommandFailure(.checkFailed, "the server answered without a current key: is it of this version?")
        }
        return id
    }

    /// What an undo or a restore would do.
    func plan(_ request: Members) async throws -> JSON { try await restore("plan", request, reason: nil) }

    /// Carries out the plan whose digest the request has.
    func apply(_ request: Members) async throws -> JSON { try await restore("apply", request, reason: reason) }

    private func restore(_ way: String, _ request: Members, reason: String?) async throws -> JSON {
        let answer = try await post(
            "/api/v1/admin/restore/" + way,
            authorization: "Bearer " + token(),
            body: String(decoding: JSON.object(request).compact, as: UTF8.self),
            mediaType: "application/json",
            reason: reason,
            timeoutSeconds: Self.restoreSecondsMax
        )
        guard let plan = answer["data"] else {
            throw CommandFailure(.checkFailed, "the server answered without a plan: is it of this version?")
        }
        return plan
    }

    private func post(
        _ path: String,
        authorization: String,
        body: String?,
        mediaType: String = "application/x-www-form-urlencoded",
        reason: String? = nil,
        timeoutSeconds: Int64 = timeoutSeconds,
    ) async throws -> JSON {
        var request = HTTPClientRequest(url: baseURL.description + path)
        request.method = .POST
        request.headers.add(name: "authorization", value: authorization)
        if let body {
            request.headers.add(name: "content-type", value: mediaType)
            request.body = .bytes(ByteBuffer(string: body))
        }
        if let reason = reason?.addingPercentEncoding(withAllowedCharacters: .alphanumerics) {
            request.headers.add(name: "muniment-reason", value: reason)
        }
        let (status, bytes) = try await send(request, timeoutSeconds: timeoutSeconds)
        let answer = try? JSON.parse(bytes)
        guard (200..<300).contains(status), let answer else {
            throw CommandFailure(
                .checkFailed,
                "\(request.url) answers \(status): \(Self.detail(of: answer))\(Self.advice(status))"
            )
        }
        return answer
    }

    /// What to look at where the server's own words do not tell.
    private static func advice(_ status: Int) -> String {
        switch status {
        case 401: "; look at --client-id, and at the secret in MUNIMENT_CLIENT_SECRET or --secret-file"
        case 403: "; the application needs a scope that allows it"
        case 404: "; is --base-url right?"
        case 429, 503: "; try again"
        case 500: "; the server's log says more"
        case _: ""
        }
    }

    /// What the server says is wrong, in either dialect.
    private static func detail(of answer: JSON?) -> String {
        if let text = answer?["error_description"]?.text ?? answer?["detail"]?.text { return text }
        guard let issue = answer?["detail"]?.items?.first, let message = issue["msg"]?.text else {
            return "no reason given"
        }
        return "\(issue["loc"]?.items?.last?.text ?? ""): \(message)"
    }

    private func send(_ request: HTTPClientRequest, timeoutSeconds: Int64) async throws -> (status: Int, body: [UInt8])
    {
        var configuration = HTTPClient.Configuration()
        // Whoever typed the command tries again sooner than a wrong address or certificate becomes right.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let response = try await client.execute(request, timeout: .seconds(timeoutSeconds))
            let body = try await response.body.collect(upTo: Self.answerBytesMax)
            try await client.shutdown()
            return (Int(response.status.code), Array(body.readableBytesView))
        } catch {
            try? await client.shutdown()
            throw CommandFailure(
                .checkFailed,
                "\(request.url) cannot be reached: \(error); does a server run there? (--base-url)"
            )
        }
    }
}
