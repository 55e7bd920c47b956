import Endpoints
import Engine
import EventLog
import Identity
import Views
import Wire

/// A resource as answers show it: its identifier, its fields as the table names them, and its times.
///
/// All but what is sealed is bytes already, so that a list, which shows a hundred thousand of them a second, copies
/// them. What is sealed is opened each time it is shown: its key may have been destroyed since.
struct ResourceJSON: Sendable {
    /// The value behind a sealed field, or what says that it was erased.
    typealias Opening = (_ field: String, _ reference: SealedReference) throws -> JSON

    private enum Part: Sendable {
        /// Members that stand beside each other.
        case members([UInt8])
        case sealed(field: String, SealedReference)
    }

    private var parts: [Part] = []
    /// How many bytes of it are written already.
    private(set) var byteCount = 0

    /// - Parameter isWhole: else only what callers below may see.
    init<R: ManagedResource>(_ resource: Versioned<R>, secret: ClientSecret? = nil, isWhole: Bool = true) {
        var out = JSONWriter()
        out.key("id")
        out.string(resource.id.text)
        for (name, _) in R.moreShown {
            out.key(name)
            out.string(resource.id.text)
        }
        if let secret {
            out.key("client_secret")
            out.string(secret.text)
        }
        for field in R.fields where !field.kind.isHidden && (isWhole || R.shownBelow.contains { $0 == field.path }) {
            let stored = field.get(resource.state)
            if field.kind.isSealed, let reference = SealedReference(stored: stored) {
                add(out.bytes)
                parts.append(.sealed(field: field.name, reference))
                out = JSONWriter()
            } else {
                out.key(field.name)
                out.json(field.kind.shown(stored), as: .foreign)
            }
        }
        out.key("created_at")
        out.instant(resource.createdAt)
        out.key("updated_at")
        out.instant(resource.updatedAt)
        out.key("deleted_at")
        if let deletedAt = resource.deletedAt { out.instant(deletedAt) } else { out.null() }
        add(out.bytes)
    }

    func write(to out: inout JSONWriter, opening: Opening) rethrows {
        out.beginObject()
        for part in parts {
            switch part {
            case .members(let bytes):
                out.raw(bytes)
            case .sealed(let field, let reference):
                out.key(field)
                out.json(try opening(field, reference), as: .foreign)
            }
        }
        out.endObject()
    }

    private mutating func add(_ members: [UInt8]) {
        if members.isEmpty { return }
        parts.append(.members(members))
        byteCount += members.capacity
    }
}

extension Admin {
    /// Writes a resource as it stands in the ledger, what is sealed of it opened.
    func write<R: ManagedResource>(_ resource: Versioned<R>, to out: inout JSONWriter) throws {
        try shown.json(of: resource).write(to: &out) { field, reference in
            try instance.open(reference).map { $0[field] ?? .null } ?? .erased
        }
    }

    /// What the sealed fields that a request sets hold at present; nil where it sets none.
    func openedValues<R: ManagedResource>(
        of id: Identifier<R>,
        for changes: Changes<R>,
    ) throws(Refusal) -> OpenedValues<R>? {
        if changes.sealed.isEmpty { return nil }
        return try instance.attempt("the sealed fields of a \(R.noun)") {
            guard let present = try instance.read({ try $0.resource(id) }) else { return nil }
            return try OpenedValues(of: present.state, for: changes, instance.open)
        }
    }

    func item<R: ManagedResource>(_ shown: Shown<R>) -> Item {
        guard shown.isWhole else {
            let json = ResourceJSON(shown.resource, isWhole: false)
            return Item { out in json.write(to: &out) { _, _ in .null } }
        }
        return Item { try self.write(shown.resource, to: &$0) }
    }

    /// The answer that shows one resource.
    func answer<R: ManagedResource>(_ shown: Shown<R>, at index: UInt64) -> Answer {
        .one(item(shown), version: shown.resource.version, at: index)
    }
}

/// A resource with how much of it its reader is shown.
struct Shown<R: ManagedResource>: Sendable {
    let resource: Versioned<R>
    /// Else what callers below its place may see.
    let isWhole: Bool

    init(_ resource: Versioned<R>, isWhole: Bool = true) { (self.resource, self.isWhole) = (resource, isWhole) }
}

extension ManagedResource {
    /// The names of what lists show, in their order.
    static var columns: [String] {
        ["id"] + moreShown.map(\.name) + fields.filter { !$0.kind.isHidden }.map(\.name)
            + ["created_at", "updated_at", "deleted_at"]
    }
}
