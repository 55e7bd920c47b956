import Wire

extension Changes {
    /// The data of an entry that applies these changes: what differs from `current`, whole new values, `null` =
    /// cleared.
    func data(against current: R?) -> Members {
        var data: Members = [:]
        for (field, value) in open {
            if let current, field.get(current) == value { continue }
            data.append(field.name, value)
        }
        for (field, value) in sealed where value == .null {
            if let current, field.get(current) == .null { continue }
            data.append(field.name, .null)
        }
        return data
    }

    /// The data of an entry that creates a resource: what was given, and the defaults that may change one day.
    func data(creating new: R) -> Members {
        var data = data(against: nil)
        for field in R.fields where field.isDefaultStored && data[field.name] == nil {
            data.append(field.name, field.get(new))
        }
        return data
    }

    /// The sealed segments of these changes, one for each of the resource's data keys that seals any.
    func segments(of id: Identifier<R>) -> [Event.Sealed] {
        // Most changes seal nothing.
        if sealed.isEmpty { return [] }
        return SealingKey.allCases.compactMap { key in
            var fields: Members = [:]
            for (field, value) in sealed where value != .null && field.kind.sealing == key {
                fields.append(field.name, value)
            }
            if fields.isEmpty { return nil }
            return Event.Sealed(subject: id.text, key: key.name(of: id.text), fields: fields)
        }
    }

    /// The texts of these changes that nobody else who lives in the same place may have.
    var uniqueTexts: [(field: Field<R>, text: String)] {
        guard R.fields.contains(where: { $0.index?.isUnique == true }) else { return [] }
        return (open + sealed).compactMap { field, value in
            guard field.index?.isUnique == true, let text = value.text else { return nil }
            return (field, text)
        }
    }

    /// The state these changes would lead to, but for sealed values.
    func applied(to state: R) -> R {
        var next = state
        for (field, value) in open where !field.set(&next, value) {
            preconditionFailure("what was checked is of the field's kind: \(field.name)")
        }
        return next
    }
}

extension Resource {
    /// The largest public state of one resource, in canonical JSON: with its request it must fit one entry.
    package static var stateBytesMax: Int { 32 * 1024 }

    /// - Throws: `invalid` when the resource as a whole has outgrown its bound, naming the size.
    func requireFits() throws(Rejection) {
        let fields = JSON.object(fieldValues)
        // Next to all are far from it, and need not be written to know that.
        if fields.canonicalBytesMax <= Self.stateBytesMax { return }
        let size = fields.canonical.count
        guard size <= Self.stateBytesMax else {
            throw .invalid([
                FieldIssue(
                    ["body"],
                    "The \(Self.noun) would be \(size) bytes; at most \(Self.stateBytesMax) are kept",
                    "too_long",
                )
            ])
        }
    }
}
