/// Why a ledger cannot be backed up from there, or restored from this.
package enum BackupFault: Error, Sendable, Equatable {
    /// The bytes are no backup at all.
    case foreign
    /// A later program made it.
    case newer(version: UInt8)
    /// It ends before its end: the copying stopped, or the disk was full.
    case cut
    /// Its bytes are not what was written.
    case altered(String)
    /// It is of another ledger than the files before it.
    case otherLedger
    /// Entries are missing between the files before it and this one.
    case gap(due: UInt64, first: UInt64)
    /// It ends before the files that stand before it.
    case order(size: UInt64, before: UInt64)
    /// It tells of other entries than the files before it, or than those that were signed.
    case otherHistory(String)
    /// An entry breaks a rule of the ledger.
    case wrong(index: UInt64?, String)
    /// The first entry that is asked for is beyond what is signed.
    case beyond(first: UInt64, size: UInt64)
    /// The entry up to which is to be restored is in none of the files.
    case notReached(index: UInt64, size: UInt64)
    /// Not even the first command is at or before the moment up to which is to be restored.
    case nothingLeft
    /// Retention has removed an entry, and this version of the container holds entries alone.
    case removed(index: UInt64)
}

extension BackupFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .foreign: "it is no backup of a ledger"
        case .newer(let version): "it needs a program that reads version \(version) of backups"
        case .cut: "it was cut: it ends before its last block"
        case .altered(let what): "it is not what was written: \(what)"
        case .otherLedger: "it is of another ledger than the files before it"
        case .gap(let due, let first) where due == 0:
            "it begins with entry \(first): the first file is a whole backup, and increments follow it"
        case .gap(let due, let first):
            "it begins with entry \(first), and the files before it end before entry \(due): what is between them is missing"
        case .order(let size, let before):
            "it ends before entry \(size), and the files before it only before entry \(before): give them in their order"
        case .otherHistory(let what): "it tells another history: \(what)"
        case .wrong(let index?, let what): "entry \(index): \(what)"
        case .wrong(nil, let what): what
        case .beyond(let first, let size):
            "there are \(size) entries that are signed, so none from entry \(first) on can be backed up"
        case .notReached(let index, let size): "entry \(index) is in none of the files: they end before entry \(size)"
        case .nothingLeft: "no command is as old as that: the first one is later"
        case .removed(let index): "entry \(index) was removed by retention, and a backup holds whole ledgers only"
        }
    }
}

/// The same, with the file that it is about.
package struct BackupRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let file: String
    package let fault: BackupFault

    package init(file: String, fault: BackupFault) {
        self.file = file
        self.fault = fault
    }

    package var description: String { "\(file): \(fault)" }
}
