import EventLog
import Storage
import Views

/// New views beside the old ones, then in their place.
enum Rebuild {
    static let freshName = "views.new"
    static let oldName = "views.old"

    /// Folds the whole ledger into a fresh folder and swaps it in.
    ///
    /// Whatever interrupts this, the old views stand or the new ones do; leftovers are removed by the next rebuild.
    static func run(_ ledger: OpenedLedger, in directory: DataDirectory) throws {
        guard let live = directory.path("views"), let fresh = directory.path(freshName),
            let old = directory.path(oldName)
        else { return }
        try FolderMoves.remove(fresh)
        try FolderMoves.remove(old)
        try build(ledger, directory, freshName)
        if FolderMoves.exists(live) { try FolderMoves.rename(live, to: old) }
        try FolderMoves.rename(fresh, to: live)
        try FolderMoves.remove(old)
    }

    private static func build(_ ledger: OpenedLedger, _ directory: DataDirectory, _ name: String) throws {
        let store = try ledger.viewStore(try directory.views(name))
        try ledger.builder.catchUp(store, to: ledger.opening.range.size)
        try store.environment.sync()
    }
}
