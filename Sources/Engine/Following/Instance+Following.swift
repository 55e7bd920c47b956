import Dispatch
import EventLog
import Identity
import Storage
import Views

// What follows the ledger beside the writer: the audit where it is made anew, and the second copy of the state.
extension Instance {
    /// How often the follower looks whether there is something to do.
    private static let lookEveryMilliseconds = 500

    func followInBackground() throws {
        try follower.start { [self] waits in
            guard !status.isClosing else { return false }
            if !follow(isRestless: !waits), waits {
                _ = followerBell.wait(timeout: .now() + .milliseconds(Self.lookEveryMilliseconds))
            }
            return true
        }
    }

    /// - Parameter isRestless: ends after each commit: a simulation lets others go in between.
    /// - Returns: whether there is more to do at once.
    private func follow(isRestless: Bool) -> Bool {
        do {
            let goesOn = { [status] in !isRestless && !status.isClosing }
            if try auditMaking.follow(to: { [status] in status.size }, while: goesOn) { return true }
            guard !status.isViewDamaged, kept.isDue(size: status.size) else { return false }
            let unlike = try kept.follow()
            if !unlike.isEmpty { statesDiffer(in: unlike) }
        } catch let fault as StorageError where fault.isPassing || fault.kind == .full {
            status.report("what follows the ledger beside the writer waits: \(fault)")
        } catch let poison as Poison {
            // The state has taken the entry, and its second copy cannot.
            statesDiffer(in: ["what entry \(poison.index) makes of them"])
        } catch let fault as ViewFault {
            viewsAreDamaged("\(fault)")
        } catch LedgerFault.damaged(let index, let what) {
            status.ledgerIsAltered((index.map { "entry \($0): " } ?? "") + what)
        } catch {
            kept.close()
            status.report("what follows the ledger beside the writer is given up until the next start: \(error)")
        }
        return false
    }
}
