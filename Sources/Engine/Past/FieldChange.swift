package import Identity
package import Wire

/// A field of a resource that has another value than before, both as rows hold them.
package struct FieldChange: Sendable {
    package let name: String
    package let kind: FieldKind
    package let before: JSON
    package let after: JSON

    /// What differs between two states of a resource; before it was there every field was null.
    package static func between<R: Resource>(_ before: R?, _ after: R?) -> [FieldChange] {
        R.fields.compactMap { field in
            let (old, new) = (before.map(field.get) ?? .null, after.map(field.get) ?? .null)
            return old == new ? nil : FieldChange(name: field.name, kind: field.kind, before: old, after: new)
        }
    }

    /// Whether nothing has changed after all: what is sealed was sealed anew, with the value that it had.
    ///
    /// What was erased, and what is shown to nobody, counts as changed.
    package func isSame(_ opening: (SealedReference) throws -> Members?) rethrows -> Bool {
        guard kind.isSealed, !kind.isHidden, let old = SealedReference(stored: before),
            let new = SealedReference(stored: after),
            let oldFields = try opening(old), let newFields = try opening(new)
        else { return false }
        return oldFields[name] == newFields[name]
    }
}
