import EventLog
import Storage
import Views

/// New views beside the old ones, then in their place.
enum Rebuild {
    static let freshName = "views.new"
    static let oldName = "views.old"

    /// Folds the whole ledger into a fresh folder and swaps it in.
    ///
    /// Whatever interrupts this, the old views stand or the new ones do, or the next start makes them anew; leftovers
    /// are removed by it, or by the next rebuild. That views are made anew does not hide how the last run ended: the
    /// next start tells it.
    ///
    /// - Parameter size: how many entries there are, where more were written since the opening.
    static func run(_ ledger: OpenedLedger, in directory: DataDirectory, to size: UInt64? = nil) throws {
        let untold = try ViewTrust.untoldStop(in: directory, world: ledger.world)
        try directory.remove(freshName)
        try directory.remove(oldName)
        try build(ledger, directory, freshName, to: size ?? ledger.opening.range.size)
        try ViewTrust(directory, views: freshName, world: ledger.world).markClean(untold: untold)
        CrashPoint.rebuilt.pass()
        if directory.exists(DataDirectory.viewsName) { try directory.rename(DataDirectory.viewsName, to: oldName) }
        CrashPoint.midSwap.pass()
        try directory.rename(freshName, to: DataDirectory.viewsName)
        CrashPoint.afterSwap.pass()
        try directory.remove(oldName)
    }

    private static func build(
        _ ledger: OpenedLedger,
        _ directory: DataDirectory,
        _ name: String,
        to size: UInt64,
    ) throws {
        let store = try ledger.viewStore(try directory.views(name))
        try ledger.builder.catchUp(store, to: size)
        try store.environment.sync()
    }
}
