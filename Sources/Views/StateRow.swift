package import Identity
import Wire

/// A resource as a row holds it: canonical JSON, its fields under `state`, written and read by the field table.
///
/// `{created_at, created_index, deleted_at?, id, state: {…}, updated_at, version}`
extension Versioned {
    package var row: [UInt8] {
        var out = JSONWriter()
        out.beginObject()
        out.key("created_at")
        out.instant(createdAt)
        out.key("created_index")
        out.integer(Int64(createdIndex))
        if let deletedAt {
            out.key("deleted_at")
            out.instant(deletedAt)
        }
        out.key("id")
        out.string(id.text)
        out.key("state")
        out.json(.object(state.fieldValues))
        out.key("updated_at")
        out.instant(updatedAt)
        out.key("version")
        out.integer(Int64(version))
        out.endObject()
        return out.bytes
    }

    /// Reads a row strictly: each field once, none else, and each value one that the field gives back unchanged.
    package init?(row: [UInt8]) {
        guard let members = (try? JSON.parse(row, as: .canonical))?.members,
            let id = members["id"]?.text.flatMap({ Identifier<R>($0) }),
            let version = members["version"]?.number, version > 0,
            let createdIndex = members["created_index"]?.number, createdIndex >= 0,
            let createdAt = Self.instant(members["created_at"]), let updatedAt = Self.instant(members["updated_at"]),
            let fields = members["state"]?.members, fields.count == R.fields.count
        else { return nil }
        var state = R()
        for field in R.fields {
            guard let value = fields[field.name] else { return nil }
            field.set(&state, value)
            guard field.get(state) == value else { return nil }
        }
        let deletedAt = Self.instant(members["deleted_at"])
        guard members.count == (deletedAt == nil ? 6 : 7) else { return nil }
        self.init(
            id: id,
            version: UInt64(version),
            createdIndex: UInt64(createdIndex),
            createdAt: createdAt,
            updatedAt: updatedAt,
            deletedAt: deletedAt,
            state: state,
        )
    }

    private static func instant(_ value: JSON?) -> Instant? {
        value?.text.flatMap { try? Instant(canonical: $0) }
    }
}
