import EventLog
import OpenSSL
import Storage

// What a command writes that changes what a ledger is to its anchor: no instance runs yet, and none could.
extension OpenedLedger {
    var writer: LedgerWriter {
        LedgerWriter(
            tables: tables,
            keys: keys,
            ledgerID: opening.identity.id,
            range: opening.range,
            lastRecordedAt: opening.lastRecordedAt,
            random: world.random
        )
    }

    /// Signs for a ledger with an entry more than was opened, and keeps the checkpoint.
    func sign(_ range: CompactRange, as origin: String, by signers: [Ed25519Key]) throws {
        CrashPoint.beforeSign.pass()
        let note = Checkpoint(origin: origin, size: range.size, root: range.root).signed(by: signers)
        CrashPoint.beforeAnchor.pass()
        try anchor.store(note)
        CrashPoint.afterAnchor.pass()
    }
}
