import Folding
import Identity
import OpenSSL
import Wire

extension ViewMark {
    /// What rows mean: a digest of everything that their bytes follow from.
    ///
    /// Views of another layout are made anew by themselves. Nobody has to raise a number: a table, the form of its
    /// rows, a field, a facet or another Unicode make another layout.
    static let layout: UInt64 = {
        var parts = ViewTable.allCases.map { "\($0.name) \($0.form)" }
        parts += [StateRow.form, FacetRow.form, TermBlock.form, EndingRow.form]
        parts += Kind.allCases.flatMap { kind in (try? kind.accept(FieldsOfKind())) ?? [] }
        parts += ActivityKind.allCases.flatMap { activity in (try? activity.accept(FieldsOfActivity())) ?? [] }
        parts += RelationKind.allCases.map { "relation \($0.rawValue)" }
        parts.append("unicode \(FoldedText.unicodeVersion)")
        let digest = SHA256Hash.hash(Array(parts.joined(separator: "\n").utf8))
        // Every reader of JSON holds this many bits exactly, and entries tell it.
        return BigEndian.value(digest.bytes) >> 12
    }()

    private struct FieldsOfKind: KindVisitor {
        func visit<R: Resource>(_ kind: R.Type) -> [String] {
            [R.noun] + R.fields.map { "\($0.name) \($0.kind.form) \($0.index.map { "\($0)" } ?? "")" }
                + R.facets.map { "facet \($0.name)" }
        }
    }

    private struct FieldsOfActivity: ActivityVisitor {
        func visit<A: ActivityWithEnd>(_ activity: A.Type) -> [String] {
            ["activity \(A.noun)"] + A.fields.map { "\($0.name) \($0.kind.form)" }
        }
    }
}
