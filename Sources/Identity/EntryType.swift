/// The type of an entry: a subject and what happened to it, written `tenant.created`.
///
/// There are as many as the subjects have verbs, and one for each schema that a verb had before. Each is a number in
/// one table, so that comparing two costs nothing.
package struct EntryType: Sendable, Hashable {
    fileprivate let ordinal: Int

    /// A type with what its subject says of it.
    fileprivate struct Row {
        let text: String
        let noun: String
        let kind: Kind?
        let relation: RelationKind?
        let activity: ActivityKind?
        let schema: Int64
        let isPresent: Bool
        let effect: Effect
        let sentence: String
    }

    package var text: String { Self.table[ordinal].text }
    /// The word before the dot: what the audit calls `resource_type`.
    package var noun: String { Self.table[ordinal].noun }
    /// The word after the dot.
    package var verb: String { String(text.dropFirst(noun.utf8.count + 1)) }
    package var sentence: String { Self.table[ordinal].sentence }
    package var effect: Effect { Self.table[ordinal].effect }
    package var isState: Bool { effect.isState }
    /// The version of the data of its entries, from 1.
    package var schema: Int64 { Self.table[ordinal].schema }

    /// The kind of resource that an entry of this type changes; nil where it changes none.
    package var changedKind: Kind? {
        let row = Self.table[ordinal]
        return switch row.effect {
        case .creates, .updates, .deletes, .restores: row.kind
        case .links, .unlinks, .records, .begins, .happens: nil
        }
    }

    /// The relation of which an entry of this type changes an edge; nil where it changes none.
    package var changedRelation: RelationKind? {
        let row = Self.table[ordinal]
        return switch row.effect {
        case .links, .unlinks: row.relation
        case .creates, .updates, .deletes, .restores, .records, .begins, .happens: nil
        }
    }

    /// The activity with an end that an entry of this type begins, whatever its schema; nil where it begins none.
    package var begunActivity: ActivityKind? { Self.table[ordinal].activity }

    package static func named(_ text: String) -> EntryType? {
        // Names are small letters, dots and underscores: Swift finds no other text equal to one of these.
        ordinals[text].map { EntryType(ordinal: $0) }
    }

    /// The type of the entries of a name and a schema, which need not be the present one.
    package static func named(_ text: String, schema: Int64) -> EntryType? {
        guard let present = named(text), (1...present.schema).contains(schema) else { return nil }
        // The schemas of a name stand in their order, the present one last.
        return EntryType(ordinal: present.ordinal - Int(present.schema - schema))
    }

    /// Those that are written, of the present schema each.
    package static let allCases: [EntryType] = table.indices.filter { table[$0].isPresent }
        .map { EntryType(ordinal: $0) }

    private static let table: [Row] = {
        let own = ServerLife.subjects.flatMap { rows(of: $0) }
        let kinds = Kind.allCases.flatMap { kind -> [Row] in
            (try? kind.accept(RowsOfKind(kind: kind))) ?? []
        }
        let relations = RelationKind.allCases.flatMap { relation -> [Row] in
            (try? relation.accept(RowsOfRelation(relation: relation))) ?? []
        }
        return own + kinds + relations
    }()

    private static let ordinals = Dictionary(uniqueKeysWithValues: allCases.map { ($0.text, $0.ordinal) })

    fileprivate static func rows<S: Subject>(
        of subject: S.Type,
        kind: Kind? = nil,
        relation: RelationKind? = nil,
    ) -> [Row] {
        S.Verb.allCases.flatMap { verb in
            let effects = verb.effectsBefore + [verb.effect]
            return effects.enumerated().map { place, effect in
                Row(
                    text: S.noun + "." + verb.rawValue,
                    noun: S.noun,
                    kind: kind,
                    relation: relation,
                    activity: verb.effect == .begins ? ActivityKind(rawValue: S.noun) : nil,
                    schema: Int64(place + 1),
                    isPresent: place == effects.count - 1,
                    effect: effect,
                    sentence: verb.sentence
                )
            }
        }
    }

    private struct RowsOfKind: KindVisitor {
        let kind: Kind
        func visit<R: Resource>(_ type: R.Type) -> [Row] { EntryType.rows(of: type, kind: kind) }
    }
}

private struct RowsOfRelation: RelationVisitor {
    let relation: RelationKind
    func visit<L: Relation>(_ type: L.Type) -> [EntryType.Row] { EntryType.rows(of: type, relation: relation) }
}

extension Subject {
    /// The type of the entries that tell of this verb.
    package static func entry(_ verb: Verb) -> EntryType {
        guard let type = EntryType.named(noun + "." + verb.rawValue) else {
            preconditionFailure("each verb of a subject on a list has its type: \(noun).\(verb.rawValue)")
        }
        return type
    }
}
