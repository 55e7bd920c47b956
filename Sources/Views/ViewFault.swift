/// Why the views cannot be used as they are.
///
/// Everything in them follows from the ledger, so the cure for what is wrong on disk is a rebuild.
package enum ViewFault: Error, Equatable {
    /// A row is not what was written: its tag does not fit, or it cannot be read.
    case damagedRow(table: String, key: [UInt8])
    /// The tables were made by another version of the product.
    case otherLayout
    /// An entry was folded out of the ledger's order, or a command before the one ahead of it was kept or undone.
    case outOfOrder(index: UInt64)
    /// A commit was asked for in the middle of a command.
    case unfinishedCommand
    /// The reader was used after the end of its transaction.
    case ended
    /// A part was asked for of which nothing is kept here.
    case partNotKept
    /// Heads of chains stand in the ledger; this reader was not given a way to ask for them.
    case headsUnknown
}
