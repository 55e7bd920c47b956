import EventLog
import Identity
import Storage
import Views
import Wire

// What becomes of a command that is not carried out.
extension WriterCore {
    /// Leaves the entry of a refusal, or counts it, and keeps the refusal as the answer.
    func refuse(
        _ submission: any Submission,
        _ rejection: Rejection,
        _ context: DecisionContext,
        _ transaction: ViewTransaction,
    ) throws -> any Submission {
        undo(transaction)
        if let refusal = try submission.refuse(rejection, context) {
            if meter.admits(refusal, now: context.now, isDiskShort: status.isDiskShort) {
                try writeAlone(refusal.event, context.caller, transaction)
            } else {
                refusals.count(
                    code: refusal.event.code ?? refusal.event.type.text,
                    endpoint: submission.caller.request.endpoint,
                    chain: refusal.event.chain,
                    now: world.wall()
                )
            }
        }
        return submission
    }

    /// A rule of ours was broken, in deciding or in folding: the command fails by name, and the others go on.
    func fail(_ submission: any Submission, _ error: any Error, _ transaction: ViewTransaction) throws -> any Submission
    {
        undo(transaction)
        status.report("command \(submission.caller.request.endpoint) failed: \(type(of: error))")
        let event = Event(
            CommandSubject.entry(.failed),
            chain: submission.caller.home,
            result: .failed,
            code: "internal_error",
            data: ["attempted": .string(submission.caller.request.endpoint)]
        )
        try writeAlone(event, submission.caller, transaction)
        return submission
    }

    /// Writes the entry of something that did not happen.
    ///
    /// Where it cannot be written itself, that is a line in the log: nobody's command may fail for it.
    private func writeAlone(_ event: Event, _ caller: Caller, _ transaction: ViewTransaction) throws {
        do {
            try write([event], caller, nil, ledger.time(wall: world.wall()), transaction)
            try accept(transaction)
        } catch let fault as StorageError {
            throw fault
        } catch let fault as ViewFault {
            throw fault
        } catch let fault as LedgerFault where fault.isDamage {
            throw fault
        } catch {
            undo(transaction)
            status.report("\(event.type.text) could not be written: \(type(of: error))")
        }
    }
}
