package import Wire

/// Where a sealed value stands: the entry that brought it and the place of its segment there.
///
/// Views keep this instead of personal data; reading opens the segment, and erasing its key is the end of the value.
package struct SealedReference: Sendable, Equatable {
    package let index: UInt64
    package let ordinal: Int

    package init(index: UInt64, ordinal: Int) {
        self.index = index
        self.ordinal = ordinal
    }

    /// Reads the form in which rows hold it: `[index, ordinal]`.
    package init?(stored value: JSON) {
        guard let items = value.items, items.count == 2, let index = items[0].number, let ordinal = items[1].number,
            min(index, ordinal) >= 0
        else { return nil }
        self.init(index: UInt64(index), ordinal: Int(ordinal))
    }
}
