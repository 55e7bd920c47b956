package import Wire

/// One field of a resource: its name on the wire and in entries, what it may hold, and where it stands in the value.
package struct Field<R>: Sendable {
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
    package let set: @Sendable (inout R, JSON) -> Void

    private init(
        _ name: String,
        _ kind: FieldKind,
        _ need: Need,
        _ summary: String,
        get: @escaping @Sendable (R) -> JSON,
        set: @escaping @Sendable (inout R, JSON) -> Void,
    ) {
        self.name = name
        self.kind = kind
        self.need = need
        self.summary = summary
        self.get = get
        self.set = set
    }

    package static func text(
        _ name: String,
        _ path: any WritableKeyPath<R, String> & Sendable,
        _ kind: FieldKind,
        need: Need = .optional,
        _ summary: String,
    ) -> Self {
        Self(name, kind, need, summary, get: { .string($0[keyPath: path]) }) { $0[keyPath: path] = $1.text ?? "" }
    }

    package static func optionalText(
        _ name: String,
        _ path: any WritableKeyPath<R, String?> & Sendable,
        _ kind: FieldKind,
        need: Need = .optional,
        _ summary: String,
    ) -> Self {
        Self(name, kind, need, summary, get: { $0[keyPath: path].map(JSON.string) ?? .null }) {
            $0[keyPath: path] = $1.text
        }
    }

    package static func number(
        _ name: String,
        _ path: any WritableKeyPath<R, Int64?> & Sendable,
        _ kind: FieldKind,
        need: Need = .optional,
        _ summary: String,
    ) -> Self {
        Self(name, kind, need, summary, get: { $0[keyPath: path].map(JSON.integer) ?? .null }) {
            $0[keyPath: path] = $1.number
        }
    }

    package static func flag(
        _ name: String,
        _ path: any WritableKeyPath<R, Bool> & Sendable,
        need: Need = .optional,
        _ summary: String,
    ) -> Self {
        Self(name, .flag, need, summary, get: { .bool($0[keyPath: path]) }) { $0[keyPath: path] = $1.flag ?? false }
    }

    package static func list(
        _ name: String,
        _ path: any WritableKeyPath<R, [String]> & Sendable,
        _ kind: FieldKind,
        need: Need = .optional,
        _ summary: String,
    ) -> Self {
        Self(name, kind, need, summary, get: { .array($0[keyPath: path].map(JSON.string)) }) {
            $0[keyPath: path] = ($1.items ?? []).compactMap(\.text)
        }
    }

    /// A value of one of our own enumerations; the stored form is its raw value.
    package static func choice<V: RawRepresentable & CaseIterable & Sendable>(
        _ name: String,
        _ path: any WritableKeyPath<R, V> & Sendable,
        settable: [String]? = nil,
        need: Need = .optional,
        _ summary: String,
    ) -> Self where V.RawValue == String {
        Self(
            name,
            .choice(settable ?? V.allCases.map(\.rawValue)),
            need,
            summary,
            get: { .string($0[keyPath: path].rawValue) },
        ) { resource, value in
            if let text = value.text, let choice = V(rawValue: text) { resource[keyPath: path] = choice }
        }
    }

    package static func identifier<K: Prefixed>(
        _ name: String,
        _ path: any WritableKeyPath<R, Identifier<K>?> & Sendable,
        need: Need = .optional,
        _ summary: String,
    ) -> Self {
        Self(
            name,
            .identifier(prefix: K.prefix) { Identifier<K>($0) != nil },
            need,
            summary,
            get: { $0[keyPath: path].map { .string($0.text) } ?? .null },
        ) { $0[keyPath: path] = $1.text.flatMap { Identifier<K>($0) } }
    }

    /// A personal or free-text value: it stands in a sealed segment, and rows hold `[index, ordinal]` instead.
    package static func sealed(
        _ name: String,
        _ path: any WritableKeyPath<R, SealedReference?> & Sendable,
        _ kind: FieldKind,
        need: Need = .optional,
        _ summary: String,
    ) -> Self {
        Self(
            name,
            .sealed(kind),
            need,
            summary,
            get: { $0[keyPath: path].map { [.integer(Int64($0.index)), .integer(Int64($0.ordinal))] } ?? .null },
        ) { resource, value in
            guard let items = value.items, let index = items.first?.number, let ordinal = items.last?.number,
                min(index, ordinal) >= 0
            else {
                resource[keyPath: path] = nil
                return
            }
            resource[keyPath: path] = SealedReference(index: UInt64(index), ordinal: Int(ordinal))
        }
    }
}
