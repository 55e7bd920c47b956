package import Wire

/// What a request's body asks to set, checked field by field against the resource's table.
package struct Changes<R: Resource>: Sendable {
    /// Public values in their stored form, in the order of the table.
    package private(set) var open: [(field: Field<R>, value: JSON)] = []
    /// Values for sealed segments; `null` clears.
    package internal(set) var sealed: [(field: Field<R>, value: JSON)] = []

    package enum Purpose: Sendable { case create, update }

    /// - Throws: every issue of the body at once, so that a client mends them in one go.
    package init(_ body: Members, for purpose: Purpose) throws(Rejection) {
        var issues = Self.unknown(in: body)
        for field in R.fields {
            let place = ["body", field.name]
            guard let value = body[field.name] else {
                if purpose == .create, field.need.isRequired {
                    issues.append(FieldIssue(place, "Field required", "missing"))
                }
                continue
            }
            if let refusal = Self.refusal(field, purpose) {
                issues.append(FieldIssue(place, refusal, "extra_forbidden"))
                continue
            }
            switch Self.check(field, value, place) {
            case .success(let stored):
                if field.kind.isSealed { sealed.append((field, stored)) } else { open.append((field, stored)) }
            case .failure(let fault):
                issues += fault.issues
            }
        }
        if !issues.isEmpty { throw .invalid(issues) }
    }

    /// What a field is to become; nil where the body does not name it.
    package subscript(path: PartialKeyPath<R>) -> JSON? {
        (open + sealed).first { $0.field.path == path }?.value
    }

    /// The same by the field's name, for answers, which go through the table.
    package subscript(named name: String) -> JSON? {
        (open + sealed).first { $0.field.name == name }?.value
    }

    package mutating func remove(_ path: PartialKeyPath<R>) { open.removeAll { $0.field.path == path } }

    /// The slug that it is to have, where it has one.
    var newSlug: String? { open.first { $0.field.kind.isSlug }?.value.text }

    private static func unknown(in body: Members) -> [FieldIssue] {
        body.entries.filter { R.field($0.name) == nil }.map {
            FieldIssue(["body", $0.name], "Extra inputs are not permitted", "extra_forbidden")
        }
    }

    private static func refusal(_ field: Field<R>, _ purpose: Purpose) -> String? {
        switch (field.need, purpose) {
        case (.internalOnly, _): "This field is set by the server"
        case (.fixed, .update), (.requiredFixed, .update): "This field is fixed when the \(R.noun) is created"
        case (.required, _), (.optional, _), (.fixed, .create), (.requiredFixed, .create): nil
        }
    }

    private static func check(_ field: Field<R>, _ value: JSON, _ place: [String]) -> Result<JSON, FieldFault> {
        guard value == .null else { return field.kind.check(value, at: place) }
        // `null` clears what may be absent; a name, a status or a list cannot be nothing.
        return field.isNullable
            ? .success(.null) : FieldKind.fault(place, "Input should not be null", "null_not_allowed")
    }
}

extension Field.Need {
    package var isRequired: Bool {
        switch self {
        case .required, .requiredFixed: true
        case .optional, .fixed, .internalOnly: false
        }
    }

    package var isInternal: Bool {
        switch self {
        case .internalOnly: true
        case .required, .optional, .fixed, .requiredFixed: false
        }
    }
}

extension Field {
    /// Whether `null` is a value of this field.
    package var isNullable: Bool {
        !need.isRequired && kind.isNullable
    }
}

extension FieldKind {
    /// Whether nothing is a value of it.
    var isNullable: Bool {
        switch self {
        case .email, .limit, .count, .object, .identifier, .sealed, .text, .lines, .moment: true
        case .name, .slug, .flag, .seconds, .choice, .scopes, .redirectURIs, .origins, .audiences, .recipients, .tools,
            .stored:
            false
        }
    }
}
