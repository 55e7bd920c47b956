import EventLog
import OpenSSL
import Storage
import Synchronization
import Views
package import Wire

/// How far the ledger has been checked and signed for, and how its clock is: for everyone to see.
package struct Integrity: Sendable {
    /// A size of the ledger with the root of its tree, as checkpoints write it.
    package struct Extent: Sendable {
        package let size: UInt64
        package let root: String
        /// When it was found so; `nil` when that was before this start.
        package let at: Instant?
    }

    package let size: UInt64
    package let verified: Extent?
    /// Whether the last verification found everything whole.
    package let isVerifiedOK: Bool?
    /// Why there is none since the start, where one was tried.
    package let interrupted: InterruptedVerification?
    package let checkpoint: Extent?
    /// How far the wall clock was set since the start, against the one that cannot be.
    package let clockDriftMicroseconds: Int64
    package let isClockSynchronised: Bool?
}

extension Instance {
    /// How many identifiers a verification beside serving compares with each other.
    ///
    /// Memory stays flat however long the ledger is. The moment of the start says which ones they are.
    private static let identifiersMax = 1 << 18

    package var integrity: Integrity {
        let mark = verification.last
        let note = checkpoint.flatMap { try? Checkpoint(text: $0.text) }
        return Integrity(
            size: status.size,
            verified: mark.map { .init(size: $0.index + 1, root: Base64.encode($0.root.bytes), at: $0.at) },
            isVerifiedOK: mark?.isOK,
            interrupted: verification.interrupted,
            checkpoint: note.map { .init(size: $0.size, root: Base64.encode($0.root.bytes), at: notary.publishedAt) },
            clockDriftMicroseconds: ClockWatch.offset(world) - clockOffset,
            isClockSynchronised: world.isClockSynchronised()
        )
    }

    /// Re-hashes every entry, and opens and compares every segment, on a thread of its own while the server serves.
    ///
    /// It comes once a day again. A start itself looks only at what no checkpoint covered, and at what the views did
    /// not have.
    ///
    /// What it finds stands in health, and that all is well in an entry. A ledger that was altered is not written to
    /// any more. One that could not be read to its end is none: it is read again later, and then later still.
    ///
    /// - Parameter isRecorded: not for a command that only passes by.
    func verifyInBackground(isRecorded: Bool) throws {
        try verifier.start { [self] waits in
            guard !status.isClosing else { return false }
            guard verification.isDue(now: world.sinceBoot()) else {
                if waits { verification.wait() }
                return true
            }
            verify(isRecorded: isRecorded, rests: waits)
            return true
        }
    }

    private func verify(isRecorded: Bool, rests: Bool) {
        verification.begin(now: world.sinceBoot())
        let report = Verification(
            tables: tables,
            keys: keys,
            anchor: nil,
            options: Verification.Options(
                identifiers: .init(count: Self.identifiersMax, turn: UInt64(bitPattern: world.wall().microseconds)),
                rest: { [verification, world] in if rests { verification.rest(world.sinceBoot) } },
                shouldStop: { [status] in status.isClosing }
            )
        ).run()
        guard !status.isClosing else { return }
        if report.isUnread, let problem = report.problems.first {
            let next = verification.interrupt(problem.what, at: world.wall(), now: world.sinceBoot())
            return status.report("verification is tried again in \(next.waitSeconds) seconds: \(problem.what)")
        }
        if report.entries > 0 {
            let mark = VerificationMark(
                index: report.entries - 1,
                root: report.root,
                at: world.wall(),
                isOK: report.isOK
            )
            verification.put(mark, isRecorded: isRecorded)
        }
        verification.end(now: world.sinceBoot())
        guard let problem = report.problems.first else { return sumViews() }
        status.report("verification found \(report.problemCount) problems")
        let what = (problem.index.map { "entry \($0): " } ?? "") + problem.what
        if report.isAltered {
            status.ledgerIsAltered(what)
        } else {
            status.object("the ledger cannot be read: \(what)")
        }
    }

    /// Sums up the tables of views that a start does not, each within one moment.
    ///
    /// One that cannot be read to its end is summed up another day.
    private func sumViews() {
        for table in ViewTable.allCases where !table.givesAuthority && !status.isClosing {
            // While they are made anew they have no sum to be compared with.
            if table.part == .audit, views.auditProgress != nil { continue }
            do {
                guard try !views.tablesUnlikeMark(among: [table]).isEmpty else { continue }
                return viewsAreDamaged("the table \(table.name) was altered")
            } catch let fault as ViewFault {
                return viewsAreDamaged("\(fault)")
            } catch {
                status.report("the table \(table.name) of the views was not summed up: \(error)")
            }
        }
    }

    /// Views are not believed again after this, however the run ends: the next start makes them anew.
    func viewsAreDamaged(_ what: String) {
        guard !status.isViewDamaged else { return }
        status.viewsAreDamaged(what)
        try? ViewTrust(directory, world: world).forget()
    }

    /// The second copy of the state says otherwise: neither is believed, and the next start folds the ledger.
    func statesDiffer(in tables: [String]) {
        viewsAreDamaged("the state and its second copy differ in \(tables.joined(separator: ", "))")
        kept.forget()
    }
}
