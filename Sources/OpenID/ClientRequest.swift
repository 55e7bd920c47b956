import Endpoints
import Engine
import EventLog
import Identity
import Wire

/// A form that a client sent with its credentials: what token, introspection and revocation endpoints have in common.
struct ClientRequest {
    static let bodyBytesMax = 64 * 1024
    static let mediaType = "application/x-www-form-urlencoded"

    let form: Parameters
    let proof: ClientProof
    let caller: Caller

    /// - Throws: `invalid_request` for what is no such form, names a parameter twice, or authenticates in two ways.
    init(_ request: Request, endpoint: String, macKey: [UInt8]) throws(OAuthError) {
        form = try Self.form(request)
        proof = try Self.proof(request, form, macKey: macKey)
        caller = .stranger(
            Caller.Request(
                id: request.id,
                endpoint: endpoint,
                trace: request.trace,
                address: request.address,
                userAgent: request.header("user-agent")
            )
        )
    }

    private static let known = [
        "grant_type", "scope", "tenant", "client_id", "client_secret", "token", "token_type_hint",
    ]

    private static func form(_ request: Request) throws(OAuthError) -> Parameters {
        guard case .bytes(let body) = request.body else {
            throw OAuthError(
                status: 413,
                error: "invalid_request",
                description: "The body has more than \(bodyBytesMax) bytes"
            )
        }
        if request.hasContentCoding { throw .contentCoding }
        guard request.header("content-type").map(isForm) == true else {
            throw .invalidRequest("The body must be \(mediaType)")
        }
        let form: Parameters
        do throws(Malformed) {
            form = try Parameters(form: body)
        } catch {
            throw .invalidRequest("The form is malformed: \(error.reason)")
        }
        // RFC 6749 §3.2: a parameter stands once, and what is unknown is ignored. RFC 8707 §2 lets `resource` be
        // repeated.
        if let name = form.entries.map(\.name).firstRepeated(of: known) {
            throw .invalidRequest("The parameter \(name) is repeated")
        }
        return form
    }

    /// RFC 9110 §8.3.1: the case of a media type does not count, and neither do its parameters here.
    private static func isForm(_ type: String) -> Bool {
        // As nearly all clients write it: taking a text apart by characters costs more than the rest of the form.
        type.bytesEqual(mediaType)
            || type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased() == mediaType
    }

    /// RFC 6749 §2.3: a client uses one way of authentication in a request, and no more.
    private static func proof(
        _ request: Request,
        _ form: Parameters,
        macKey: [UInt8],
    ) throws(OAuthError) -> ClientProof {
        let (id, secret) = (form.given("client_id"), form.given("client_secret"))
        // A token is no way in which a client authenticates (RFC 6749 §2.3): libraries that send the one they have
        // with each request send it here too.
        if secret != nil, request.header("authorization")?.prefix(7).lowercased() == "bearer " {
            return ClientProof(clientID: id ?? "", secretMAC: secret.flatMap { mac($0, macKey) })
        }
        let authorization: Authorization
        do throws(Malformed) {
            authorization = try Authorization(request)
        } catch {
            throw .invalidRequest("The Authorization header is malformed: \(error.reason)")
        }
        switch authorization {
        case .basic(let basic):
            guard secret == nil else { throw .invalidRequest("The client authenticates in two ways") }
            guard id == nil || id?.bytesEqual(basic.id) == true else {
                throw .invalidRequest("client_id is not the one in the Authorization header")
            }
            return ClientProof(clientID: basic.id, secretMAC: mac(basic.secret, macKey))
        case .absent:
            return ClientProof(clientID: id ?? "", secretMAC: secret.flatMap { mac($0, macKey) })
        case .bearer, .other:
            throw .invalidRequest("Clients authenticate with Basic, or with client_id and client_secret in the form")
        }
    }

    private static func mac(_ secret: String, _ key: [UInt8]) -> String? {
        secret.isEmpty ? nil : ClientSecret.mac(secret, key: key)
    }
}

extension [String] {
    fileprivate func firstRepeated(of names: [String]) -> String? {
        guard count > 1 else { return nil }
        return names.first { name in count { $0.bytesEqual(name) } > 1 }
    }
}
