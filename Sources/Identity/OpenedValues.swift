package import Wire

/// What sealed fields of a resource held when somebody who has its data keys read them.
///
/// The writer opens nothing. It may believe what was opened before the queue as long as the resource still refers to
/// the same segment: so a change to what is there already changes nothing, of sealed fields too.
package struct OpenedValues<R: Resource>: Sendable {
    /// Where each value lay, by field: the reference as the resource stores it, and the value.
    private var values: [(name: String, stored: JSON, value: JSON)] = []

    /// - Parameter opening: the fields of a sealed segment; nil where its key is gone.
    package init(
        of state: R,
        for changes: Changes<R>,
        _ opening: (SealedReference) throws -> Members?,
    ) rethrows {
        for (field, _) in changes.sealed {
            let stored = field.get(state)
            guard let reference = SealedReference(stored: stored), let value = try opening(reference)?[field.name]
            else { continue }
            values.append((field.name, stored, value))
        }
    }

    fileprivate func matches(_ value: JSON, in field: Field<R>, of state: R) -> Bool {
        values.contains { $0.name == field.name && $0.value == value && $0.stored == field.get(state) }
    }
}

extension Changes {
    /// These changes without the sealed values that a resource has already.
    package func leavingOut(_ opened: OpenedValues<R>, of state: R?) -> Changes {
        guard let state else { return self }
        var changes = self
        changes.sealed.removeAll { opened.matches($0.value, in: $0.field, of: state) }
        return changes
    }
}
