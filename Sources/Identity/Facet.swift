import Wire

/// A set that lists and counts are kept for: what follows from a resource's own state, as `status` does.
///
/// Declared once, in the resource: lists, their filters, totals and the OpenAPI document read it there.
package struct Facet<R: Resource>: Sendable {
    /// The field that the set follows from; its name is the query parameter.
    package let field: Field<R>

    /// - Parameter path: one of the fields of the resource's table.
    package init(_ path: any PartialKeyPath<R> & Sendable) {
        guard let field = R.fields.first(where: { $0.path == path }) else {
            preconditionFailure("a facet follows from a field of the table")
        }
        self.field = field
    }

    package var name: String { field.name }

    /// The set that a resource in this state is in; none where the field has no value.
    func key(of state: R) -> FacetKey? { field.get(state).text.map { FacetKey(name, $0) } }
}

/// One of the sets of a facet, as its filter reads: `application_type=SERVICE`.
package struct FacetKey: Sendable, Hashable {
    package let text: String
    package init(_ name: String, _ value: String) { text = name + "=" + value }
    private init(_ text: String) { self.text = text }
    /// Everything of a kind.
    package static let all = FacetKey("all")
}

/// Whether a resource is there, or was deleted itself.
///
/// Both have lists of their own, so that no list has to skip what is in the other.
package enum Life: String, Sendable, CaseIterable { case living, deleted }
