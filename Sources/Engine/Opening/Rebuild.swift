import EventLog
import Storage
import Views

/// New views beside the old ones, then in their place.
enum Rebuild {
    static let freshName = "views.new"
    static let oldName = "views.old"

    /// Folds the whole ledger into a fresh folder and swaps it in; the second copy of the state goes with the old one.
    ///
    /// Whatever interrupts this, the old views stand or the new ones do, or the next start makes them anew; leftovers
    /// are removed by it, or by the next rebuild. That views are made anew does not hide how the last run ended: the
    /// next start tells it.
    ///
    /// - Parameters:
    ///   - parts: what is made; the rest is left for whoever opens them.
    ///   - size: how many entries there are, where more were written since the opening.
    static func run(
        _ ledger: OpenedLedger,
        in directory: DataDirectory,
        _ parts: [ViewPart] = ViewPart.allCases,
        to size: UInt64? = nil,
    ) throws {
        let untold = try ViewTrust.untoldStop(in: directory, world: ledger.world)
        try directory.removeViews(freshName)
        try directory.removeViews(oldName)
        try build(ledger, directory, parts, to: size ?? ledger.opening.range.size)
        try ViewTrust(directory, views: freshName, world: ledger.world).markClean(untold: untold)
        CrashPoint.rebuilt.pass()
        if directory.exists(DataDirectory.viewsName) { try directory.rename(DataDirectory.viewsName, to: oldName) }
        CrashPoint.midSwap.pass()
        try directory.rename(freshName, to: DataDirectory.viewsName)
        CrashPoint.afterSwap.pass()
        try directory.removeViews(oldName)
    }

    private static func build(
        _ ledger: OpenedLedger,
        _ directory: DataDirectory,
        _ parts: [ViewPart],
        to size: UInt64,
    ) throws {
        let state = try directory.views(.state, in: freshName)
        let audit = parts.contains(.audit) ? try directory.views(.audit, in: freshName) : nil
        let store = try ledger.keys.viewStore(state, audit)
        try ledger.builder.catchUp(store, to: size)
        for environment in store.environments { try environment.sync() }
    }
}
