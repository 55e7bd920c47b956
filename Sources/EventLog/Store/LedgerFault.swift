/// Why a ledger cannot be opened, written or trusted.
///
/// None of these is ever repaired silently.
package enum LedgerFault: Error, Sendable, Equatable {
    /// Acknowledged data is missing: the ledger ends before what the anchor, the head hint or the views have seen.
    ///
    /// What is missing, where something is known of it, can be given up by a fork.
    case rolledBack(String, lost: LostHistory? = nil)
    /// The directory is a copy, or a copy has taken its place: its anchor is not its to move.
    ///
    /// A fork leaves the anchor's history where it is, which is known by its last checkpoint.
    case copied(String, lost: LostHistory?)
    /// Bytes are not what was written.
    case damaged(index: UInt64?, String)
    /// The directory is of a newer format, or no ledger at all.
    case format(String)
    /// A key is missing, or the key-encryption key is not the one.
    case keys(String)
    /// An entry or its sealed parts would pass the format's bounds.
    case tooLarge(String)

    /// What a fork would give up.
    package var lost: LostHistory? {
        switch self {
        case .rolledBack(_, let lost), .copied(_, let lost): lost
        case .damaged, .format, .keys, .tooLarge: nil
        }
    }

    /// Whether bytes are not what was written: somebody has to look before anything goes on.
    package var isDamage: Bool {
        switch self {
        case .damaged: true
        case .rolledBack, .copied, .format, .keys, .tooLarge: false
        }
    }
}
