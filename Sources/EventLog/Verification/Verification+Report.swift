package import OpenSSL
import Storage

extension Verification {
    /// Something that is not as it must be, and the entry where it was seen.
    package struct Problem: Sendable, Equatable {
        /// `nil` where no single entry is to blame.
        package let index: UInt64?
        package let what: String

        package init(index: UInt64?, what: String) {
            self.index = index
            self.what = what
        }
    }

    /// What verification found.
    package struct Report: Sendable {
        /// The problems told one by one; a ledger with more is as broken.
        package static let problemsMax = 100

        package internal(set) var entries: UInt64 = 0
        /// Recomputed from the bytes of the entries.
        package internal(set) var root = MerkleTree.emptyRoot
        /// Under which name the next checkpoint is signed, as the entries say.
        package internal(set) var origin: String?
        /// The anchor's checkpoint; `nil` when there was no anchor to ask.
        package internal(set) var checkpoint: Checkpoint?
        /// Entries that retention removed.
        package internal(set) var removed: UInt64 = 0
        /// Segments that were opened and are what their entries committed to.
        package internal(set) var opened: UInt64 = 0
        /// Segments whose key was destroyed.
        package internal(set) var erased: UInt64 = 0
        /// Segments that nobody could open here: the key store is sealed or absent, or was not to be used.
        package internal(set) var sealed: UInt64 = 0
        package private(set) var problems: [Problem] = []
        /// How many there were, those that are not told included.
        package private(set) var problemCount = 0

        /// Those of them that say that it could not be read, and of these the ones that are of the moment, as a read
        /// that took too long.
        private var unreadCount = 0
        private var passingCount = 0

        package var isOK: Bool { problemCount == 0 }

        /// Whether something that was read is not as it was written; a disk that does not give it says nothing of it.
        package var isAltered: Bool { problemCount > unreadCount }

        /// Whether nothing speaks against the ledger, but that it could not be read to its end: another time it may be.
        package var isUnread: Bool { problemCount > 0 && problemCount == passingCount }

        /// Whether the entries were held against something signed.
        package var isSigned: Bool { checkpoint != nil }

        package mutating func add(_ index: UInt64?, _ what: @autoclosure () -> String) {
            problemCount += 1
            if problems.count < Self.problemsMax { problems.append(Problem(index: index, what: what())) }
        }

        /// Why the ledger was not read to its end.
        mutating func add(_ index: UInt64?, _ what: String, for error: any Error) {
            add(index, "\(what): \(error)")
            let isOfWhatIsStored =
                (error as? StorageError)?.isOfWhatIsStored ?? (error as? LedgerFault)?.isDamage ?? false
            if !isOfWhatIsStored { unreadCount += 1 }
            if (error as? StorageError)?.isPassing ?? false { passingCount += 1 }
        }
    }
}
