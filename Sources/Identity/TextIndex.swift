/// How a resource is found by the text of a field: by the whole of it, compared in normal form and without case.
///
/// Of a text that is sealed only a keyed hash stands in the index, and it goes with the key that seals the text.
package struct TextIndex: Sendable, Equatable {
    /// Whether it is also found without knowing where it stands.
    package let isEverywhere: Bool
    /// Whether no two that live in one place may have the same.
    package let isUnique: Bool

    /// Found in the place it stands in.
    package static let exact = TextIndex(isEverywhere: false, isUnique: false)
    /// Found in the place it stands in, and there no other that lives has it.
    package static let unique = TextIndex(isEverywhere: false, isUnique: true)
    /// Unique in its place, and found by those who do not know which place that is.
    package static let uniqueAndFoundEverywhere = TextIndex(isEverywhere: true, isUnique: true)
}
