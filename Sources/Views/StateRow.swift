package import Identity
import Wire

/// A resource as a row holds it: canonical JSON, its fields under `state`, written and read by the field table.
enum StateRow {
    static let form =
        "{created_at, created_index, deleted_at?, deleted_from?, epoch?, id, place, state, suspended_from?, updated_at, version}"
}

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
        if let deletedFrom {
            out.key("deleted_from")
            out.string(deletedFrom.text)
        }
        if epoch > 0 {
            out.key("epoch")
            out.integer(Int64(epoch))
        }
        out.key("id")
        out.string(id.text)
        out.key("place")
        out.string(place.text)
        out.key("state")
        out.json(.object(state.fieldValues))
        if let suspendedFrom {
            out.key("suspended_from")
            out.string(suspendedFrom.text)
        }
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
            let place = members["place"]?.text.flatMap({ Place($0) }),
            let version = members["version"]?.number, version > 0,
            let createdIndex = members["created_index"]?.number, createdIndex >= 0,
            let createdAt = Self.instant(members["created_at"]), let updatedAt = Self.instant(members["updated_at"]),
            let fields = members["state"]?.members, fields.count == R.fields.count
        else { return nil }
        var state = R()
        for field in R.fields {
            guard let value = fields[field.name], field.set(&state, value), field.get(state) == value
            else { return nil }
        }
        let deletedAt = Self.instant(members["deleted_at"])
        let epoch = members["epoch"]?.number.flatMap { $0 > 0 ? UInt64($0) : nil }
        let suspendedFrom = members["suspended_from"]?.text.flatMap { Place($0) }
        let deletedFrom = members["deleted_from"]?.text.flatMap { Place($0) }
        let present = [deletedAt != nil, deletedFrom != nil, epoch != nil, suspendedFrom != nil].count { $0 }
        guard members.count == 7 + present else { return nil }
        self.init(
            id: id,
            place: place,
            version: UInt64(version),
            epoch: epoch ?? 0,
            createdIndex: UInt64(createdIndex),
            createdAt: createdAt,
            updatedAt: updatedAt,
            deletedAt: deletedAt,
            suspendedFrom: suspendedFrom,
            deletedFrom: deletedFrom,
            state: state,
        )
    }

    private static func instant(_ value: JSON?) -> Instant? {
        value?.text.flatMap { try? Instant(canonical: $0) }
    }
}
