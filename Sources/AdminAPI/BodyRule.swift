import Endpoints
import Wire

/// What an endpoint's body must be, and how it is read.
enum BodyRule: Sendable {
    case none
    /// May be left out, which is an empty object.
    case optional(Schema)
    case required(Schema)

    var described: Endpoint.Body? {
        switch self {
        case .none: nil
        case .optional(let schema): Endpoint.Body(schema, required: false)
        case .required(let schema): Endpoint.Body(schema)
        }
    }

    /// The members of the body's object.
    func read(_ request: Request) throws(BodyFault) -> Members {
        let isRequired: Bool
        switch self {
        case .none: return [:]
        case .optional: isRequired = false
        case .required: isRequired = true
        }
        guard case .bytes(let bytes) = request.body else { throw .tooLarge }
        if request.hasContentCoding { throw .coded }
        let type = request.headers("content-type")
        if bytes.isEmpty, type.isEmpty, !isRequired { return [:] }
        guard bytes.isEmpty && type.isEmpty || Self.isJSON(type, request.method) else { throw .otherMedia }
        if bytes.isEmpty, !isRequired { return [:] }
        return try Self.parse(bytes)
    }

    private static func parse(_ bytes: [UInt8]) throws(BodyFault) -> Members {
        let value: JSON
        do throws(Malformed) {
            value = try JSON.parse(bytes)
        } catch {
            throw .malformed(error)
        }
        guard let members = value.members else { throw .noObject }
        return members
    }

    /// RFC 8259 §11 defines no parameters; a charset other than the only one JSON has would be a lie about the bytes.
    private static func isJSON(_ header: [String], _ method: Request.Method) -> Bool {
        guard header.count == 1, let value = header.first else { return false }
        let parts = value.lowercased().split(separator: ";").map { part in
            part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        }
        guard let type = parts.first else { return false }
        let parameters = parts.dropFirst()
        let isUTF8 = parameters.allSatisfy { parameter in
            !parameter.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains(parameter)
        }
        // RFC 7396 names the form of our PATCH bodies.
        return isUTF8 && (type == "application/json" || type == "application/merge-patch+json" && method == .patch)
    }
}

/// What is wrong with a body before any field of it is looked at, in the order in which that is asked.
enum BodyFault: Error {
    case tooLarge
    /// Compressed, or coded in another way.
    case coded
    case otherMedia
    case malformed(Malformed)
    case noObject
}
