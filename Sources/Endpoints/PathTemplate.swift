/// A path with named parts: `/api/v1/admin/tenants/{tenant_id}`.
package struct PathTemplate: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    package let description: String
    package let segments: [Segment]

    package init(stringLiteral value: String) { self.init(value) }

    package init(_ text: String) {
        description = text
        segments = text.split(separator: "/").map { part in
            part.first == "{" ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The names of the parameters, in the order of the path.
    package var parameterNames: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }
}

/// The values that a request's path has for the template's parameters, still percent-encoded: identifiers and slugs
/// need no encoding, so an encoded one names nothing.
package struct PathParameters: Sendable {
    package var values: [(name: String, value: String)]

    package init(_ values: [(name: String, value: String)] = []) { self.values = values }

    package subscript(name: String) -> String {
        values.first { $0.name == name }?.value ?? ""
    }
}
