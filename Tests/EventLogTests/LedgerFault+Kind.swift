import EventLog

extension LedgerFault {
    enum Kind { case rolledBack, copied, damaged, format, keys, tooLarge }

    /// Which fault it is, without its sentence.
    var kind: Kind {
        switch self {
        case .rolledBack: .rolledBack
        case .copied: .copied
        case .damaged: .damaged
        case .format: .format
        case .keys: .keys
        case .tooLarge: .tooLarge
        }
    }

    var index: UInt64? {
        switch self {
        case .damaged(let index, _): index
        case .rolledBack, .copied, .format, .keys, .tooLarge: nil
        }
    }
}
