import Endpoints
import Engine
import Identity
import Wire

extension FieldChange {
    /// `{name, before, after}`, both as answers show the field; of what its reader is not shown, that it has changed.
    ///
    /// - Parameter opening: the fields of a sealed segment, nil where its key is gone; none for whoever may not see
    ///   what is sealed.
    func json(_ opening: ((SealedReference) throws -> Members?)?) throws -> JSON {
        guard !kind.isHidden else { return hidden }
        guard kind.isSealed else {
            return Self.json(name, kind.shown(before), kind.shown(after))
        }
        guard let opening else { return hidden }
        let value = { (stored: JSON) in
            try SealedReference(stored: stored).map { try opening($0).map { $0[name] ?? .null } ?? .erased } ?? .null
        }
        return Self.json(name, try value(before), try value(after))
    }

    private var hidden: JSON { ["name": .string(name), "hidden": true] }

    /// What an edge says of one of its ends: the other one, from when it is there on.
    static func json(of end: String, _ id: String, isThere: Bool) -> JSON {
        json(end, isThere ? .null : .string(id), isThere ? .string(id) : .null)
    }

    private static func json(_ name: String, _ before: JSON, _ after: JSON) -> JSON {
        ["name": .string(name), "before": before, "after": after]
    }

    static let schema = Schema.object([
        .init("name", .string(), required: true),
        .init("before", .anything, "null where there was nothing"),
        .init("after", .anything, "null where there is nothing any more"),
        .init("hidden", .boolean, "Given, without values, where the reader is not shown them"),
    ])
}

extension JSON {
    /// What stands in the place of a sealed value whose key was destroyed.
    static let erased: JSON = ["erased": true]
}
