import Engine
import EventLog
import Identity
import Wire

/// A resource as answers show it: its identifier, its fields as the table names them, and its times.
struct ResourceJSON<R: Administered> {
    /// The value behind a sealed field; `null` when it was erased.
    typealias Opening = (_ field: Field<R>, _ reference: SealedReference) throws -> JSON

    static func of(
        _ resource: Versioned<R>,
        secret: ClientSecret? = nil,
        opening: Opening,
    ) rethrows -> JSON {
        let more = R.more(of: resource)
        var members: [(name: String, value: JSON)] = []
        members.reserveCapacity(R.fields.count + more.count + 5)
        members.append(("id", .string(resource.id.text)))
        for (name, value) in more { members.append((name, value)) }
        if let secret { members.append(("client_secret", .string(secret.text))) }
        for field in R.fields {
            members.append((field.name, try shown(field, field.get(resource.state), opening)))
        }
        members.append(("created_at", .string(resource.createdAt.text)))
        members.append(("updated_at", .string(resource.updatedAt.text)))
        members.append(("deleted_at", resource.deletedAt.map { .string($0.text) } ?? .null))
        return .object(Members(distinct: members))
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
    /// A resource as it stands in the ledger, what is sealed of it opened.
    func json<R: Administered>(_ resource: Versioned<R>, for caller: Caller) throws(Refusal) -> JSON {
        try instance.attempt(for: caller) {
            try ResourceJSON.of(resource) { field, reference in
                try instance.open(reference)?[field.name] ?? .null
            }
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
