package import Wire

/// One field of a resource: its name on the wire and in entries, what it may hold, and where it stands in the value.
///
/// A class, for tables hand the same few on for ever: that costs one count, where a copy would cost one for each part.
package final class Field<R>: Sendable {
    package enum Need: Sendable {
        /// Must be given on create.
        case required
        case optional
        /// May be given on create only; it never changes afterwards.
        case fixed
        /// Must be given on create and never changes afterwards.
        case requiredFixed
        /// Set by the product, never by a client.
        case internalOnly
    }

    package let name: String
    package let kind: FieldKind
    package let need: Need
    package let summary: String
    /// The value as entries and rows store it; `null` when there is none.
    package let get: @Sendable (R) -> JSON
    /// Takes a value in its stored form; `false`, and nothing is set, where it is of another kind.
    ///
    /// Only the kind of value is asked here, for that is what entries promise for ever. Its content is asked when it is
    /// decided: such rules may change, and what they once let through folds as it did.
    package let set: @Sendable (inout R, JSON) -> Bool
    /// Where the value stands in the resource, so that code names a field without its text.
    package let path: any PartialKeyPath<R> & Sendable
    /// How the resource is found by the text of this field; nil where it is not.
    package let index: TextIndex?

    private init(
        _ name: String,
        _ kind: FieldKind,
        _ need: Need,
        _ summary: String,
        at path: any PartialKeyPath<R> & Sendable,
        index: TextIndex? = nil,
        get: @escaping @Sendable (R) -> JSON,
        set: @escaping @Sendable (inout R, JSON) -> Bool,
    ) {
        self.name = name
        self.kind = kind
        self.need = need
        self.summary = summary
        self.path = path
        self.index = index
        self.get = get
        self.set = set
    }

    package static func text(
        _ name: String,
        _ path: any WritableKeyPath<R, String> & Sendable,
        _ kind: FieldKind,
        index: TextIndex? = nil,
        need: Need = .optional,
        _ summary: String,
    ) -> Field {
        Field(name, kind, need, summary, at: path, index: index, get: { .string($0[keyPath: path]) }) {
            resource,
            value in
            guard let text = value.text else { return false }
            resource[keyPath: path] = text
            return true
        }
    }

    package static func optionalText(
        _ name: String,
        _ path: any WritableKeyPath<R, String?> & Sendable,
        _ kind: FieldKind,
        need: Need = .optional,
        _ summary: String,
    ) -> Field {
        optional(name, kind, need, summary, at: path, write: JSON.string) { $0.text }
    }

    package static func number(
        _ name: String,
        _ path: any WritableKeyPath<R, Int64?> & Sendable,
        _ kind: FieldKind,
        need: Need = .optional,
        _ summary: String,
    ) -> Field {
        optional(name, kind, need, summary, at: path, write: JSON.integer) { $0.number }
    }

    package static func flag(
        _ name: String,
        _ path: any WritableKeyPath<R, Bool> & Sendable,
        need: Need = .optional,
        _ summary: String,
    ) -> Field {
        Field(name, .flag, need, summary, at: path, get: { .bool($0[keyPath: path]) }) { resource, value in
            guard let flag = value.flag else { return false }
            resource[keyPath: path] = flag
            return true
        }
    }

    package static func list(
        _ name: String,
        _ path: any WritableKeyPath<R, [String]> & Sendable,
        _ kind: FieldKind,
        need: Need = .optional,
        _ summary: String,
    ) -> Field {
        Field(name, kind, need, summary, at: path, get: { .array($0[keyPath: path].map(JSON.string)) }) {
            resource,
            value in
            guard let items = value.items else { return false }
            let texts = items.compactMap(\.text)
            guard texts.count == items.count else { return false }
            resource[keyPath: path] = texts
            return true
        }
    }

    /// A value of one of our own enumerations; the stored form is its raw value.
    package static func choice<V: RawRepresentable & CaseIterable & Sendable>(
        _ name: String,
        _ path: any WritableKeyPath<R, V> & Sendable,
        settable: [String]? = nil,
        need: Need = .optional,
        _ summary: String,
    ) -> Field where V.RawValue == String {
        let kind = FieldKind.choice(settable ?? V.allCases.map(\.rawValue))
        return Field(name, kind, need, summary, at: path, get: { .string($0[keyPath: path].rawValue) }) {
            resource,
            value in
            guard let choice = value.text.flatMap(V.init(rawValue:)) else { return false }
            resource[keyPath: path] = choice
            return true
        }
    }

    package static func identifier<K: Prefixed>(
        _ name: String,
        _ path: any WritableKeyPath<R, Identifier<K>?> & Sendable,
        need: Need = .optional,
        _ summary: String,
    ) -> Field {
        let kind = FieldKind.identifier(prefix: K.prefix) { Identifier<K>($0) != nil }
        return optional(name, kind, need, summary, at: path, write: { .string($0.text) }) {
            $0.text.flatMap { Identifier<K>($0) }
        }
    }

    /// A personal or free-text value: it stands in a sealed segment, and rows hold `[index, ordinal]` instead.
    ///
    /// - Parameters:
    ///   - key: the data key that seals it, with which it ends.
    ///   - index: how the resource is found by it; the rows for that end with the key.
    package static func sealed(
        _ name: String,
        _ path: any WritableKeyPath<R, SealedReference?> & Sendable,
        _ kind: FieldKind,
        key: SealingKey,
        index: TextIndex? = nil,
        need: Need = .optional,
        _ summary: String,
    ) -> Field {
        optional(
            name,
            .sealed(kind, key),
            need,
            summary,
            at: path,
            index: index,
            write: { [.integer(Int64($0.index)), .integer(Int64($0.ordinal))] },
            read: SealedReference.init(stored:)
        )
    }

    /// A value that may be absent, which is `null`.
    private static func optional<V: Sendable>(
        _ name: String,
        _ kind: FieldKind,
        _ need: Need,
        _ summary: String,
        at path: any WritableKeyPath<R, V?> & Sendable,
        index: TextIndex? = nil,
        write: @escaping @Sendable (V) -> JSON,
        read: @escaping @Sendable (JSON) -> V?,
    ) -> Field {
        let acceptsNull = need.isInternal || kind.isNullable && !need.isRequired
        return Field(name, kind, need, summary, at: path, index: index, get: { $0[keyPath: path].map(write) ?? .null })
        {
            resource,
            value in
            let isAbsent = value == .null && acceptsNull
            let new = isAbsent ? nil : read(value)
            guard new != nil || isAbsent else { return false }
            resource[keyPath: path] = new
            return true
        }
    }
}

extension Field {
    /// Whether a new resource's entry tells the value even where nobody gave one.
    ///
    /// So it does for a default that may be another one day.
    var isDefaultStored: Bool {
        if case .seconds = kind { true } else { false }
    }
}
