import Endpoints
import Engine
import EventLog
import Identity
import Wire

/// A resource as answers show it: its identifier, its fields as the table names them, and its times.
struct ResourceJSON<R: Administered> {
    /// The value behind a sealed field; `null` when it was erased.
    typealias Opening = (_ field: Field<R>, _ reference: SealedReference) throws -> JSON

    /// Written piece by piece, because a list is made of hundreds of them a second: nothing is built but the bytes.
    static func write(
        _ resource: Versioned<R>,
        secret: ClientSecret? = nil,
        to out: inout JSONWriter,
        opening: Opening,
    ) rethrows {
        out.beginObject()
        out.key("id")
        out.string(resource.id.text)
        for (name, value) in R.more(of: resource) {
            out.key(name)
            out.json(value, as: .foreign)
        }
        if let secret {
            out.key("client_secret")
            out.string(secret.text)
        }
        for field in R.fields {
            out.key(field.name)
            out.json(try shown(field, field.get(resource.state), opening), as: .foreign)
        }
        out.key("created_at")
        out.instant(resource.createdAt)
        out.key("updated_at")
        out.instant(resource.updatedAt)
        out.key("deleted_at")
        if let deletedAt = resource.deletedAt { out.instant(deletedAt) } else { out.null() }
        out.endObject()
    }

    private static func shown(_ field: Field<R>, _ stored: JSON, _ opening: Opening) rethrows -> JSON {
        switch field.kind {
        case .object:
            // Administrators' own JSON is stored as its compact text, so that its numbers and order come back.
            stored.text.flatMap { try? JSON.parse(Array($0.utf8)) } ?? .null
        case .sealed:
            try SealedReference(stored).map { try opening(field, $0) } ?? .null
        case .text, .name, .slug, .email, .flag, .limit, .seconds, .choice, .identifier, .scopes, .redirectURIs,
            .origins, .stored:
            stored
        }
    }
}

extension Admin {
    /// Writes a resource as it stands in the ledger, what is sealed of it opened.
    func write<R: Administered>(_ resource: Versioned<R>, to out: inout JSONWriter) throws {
        try ResourceJSON.write(resource, to: &out) { field, reference in
            try instance.open(reference)?[field.name] ?? .null
        }
    }

    /// The answer that shows one resource.
    func single<R: Administered>(_ found: Sight<Versioned<R>>, for caller: Caller) throws(Refusal) -> Response {
        try instance.attempt(for: caller) {
            try .single(200, version: found.value.version, at: found.index) { try self.write(found.value, to: &$0) }
        }
    }
}

extension SealedReference {
    /// The form in which rows hold it: `[index, ordinal]`.
    fileprivate init?(_ stored: JSON) {
        guard let items = stored.items, items.count == 2, let index = items[0].number, let ordinal = items[1].number
        else { return nil }
        self.init(index: UInt64(index), ordinal: Int(ordinal))
    }
}
