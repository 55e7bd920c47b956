import EventLog
import Identity
import Storage
import Synchronization
import Views
package import Wire

/// What is known of the newest backup: for health to show, and for the writer to write down.
final class BackupBoard: Sendable {
    private struct State {
        /// When the newest backup was made that is known of.
        var newestAt: Instant?
        /// The last word that was read, believed or not.
        var seen: BackupMark?
        /// What no entry tells of yet.
        var unrecorded: BackupMark?
        /// Why word could not be read last.
        var trouble: String?
    }

    private let state = Mutex(State())

    /// When the newest backup was made that is known of; `nil` where none is.
    var newestAt: Instant? { state.withLock { $0.newestAt } }

    /// Begins with what the ledger says itself.
    func begin(at newest: Instant?) { state.withLock { $0.newestAt = newest } }

    /// Looks for word of a newer backup, and believes it where it is one of this very history.
    ///
    /// - Parameter size: how many entries there are now.
    func checkForNewer(_ directory: DataDirectory, _ tables: LedgerTables, size: UInt64, report: (String) -> Void) {
        do {
            guard let mark = try BackupMemory.stored(in: directory), isNew(mark) else { return }
            let isOurs =
                try mark.size > 0 && mark.size <= size
                && tables.environment.read { try tables.range(at: mark.size, $0).root } == mark.root
            guard isOurs else {
                return complain("backups/last tells of a backup of other entries than these", report)
            }
            state.withLock { state in
                (state.unrecorded, state.newestAt, state.trouble) = (mark, mark.at, nil)
            }
        } catch let fault as StorageError where fault.isPassing {
            state.withLock { $0.seen = nil }
        } catch {
            complain("word of a backup cannot be read: \(error)", report)
        }
    }

    /// Whether it was not looked at yet, and is none that an entry tells of already.
    private func isNew(_ mark: BackupMark) -> Bool {
        state.withLock { state in
            defer { state.seen = mark }
            return mark != state.seen && mark.at != state.newestAt
        }
    }

    /// The log hears of it when it begins.
    private func complain(_ what: String, _ report: (String) -> Void) {
        let isNew = state.withLock { state in
            defer { state.trouble = what }
            return state.trouble != what
        }
        if isNew { report(what) }
    }

    /// Takes out what no entry tells of yet.
    func take() -> BackupMark? { state.withLock { $0.unrecorded.take() } }

    /// Puts back what could not be written after all, unless there is something newer.
    func putBack(_ mark: BackupMark) { state.withLock { $0.unrecorded = $0.unrecorded ?? mark } }
}

extension Instance {
    /// When the newest backup was made that is known of; `nil` where none is.
    package var newestBackupAt: Instant? { backups.newestAt }

    /// The same, as the entries say.
    func recordedBackup() throws -> Instant? {
        guard let index = try read({ try $0.latest(LedgerSubject.entry(.backedUp)) }), let entry = try entry(at: index)
        else { return nil }
        // Entries of another program may not say when.
        return entry.data["at"]?.text.flatMap { try? Instant(rfc3339: $0) } ?? entry.recordedAt
    }
}
