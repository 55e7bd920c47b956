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
}
