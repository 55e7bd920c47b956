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

    /// The sealed segment of these changes under the resource's `notes` key; none when nothing sealed is set.
    func notes(of id: Identifier<R>) -> [Event.Sealed] {
        var fields: Members = [:]
        for (field, value) in sealed where value != .null { fields.append(field.name, value) }
        return fields.count == 0 ? [] : [Event.Sealed(subject: id.text, key: id.text + "/notes", fields: fields)]
    }

    /// The state these changes would lead to, but for sealed values.
    func applied(to state: R) -> R {
        var next = state
        for (field, value) in open { field.set(&next, value) }
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
