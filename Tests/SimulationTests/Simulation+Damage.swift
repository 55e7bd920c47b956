import Chance
import Engine
import EventLog
import Storage
import Wire

// What a disk does behind everybody's back: it must be noticed, mended from the ledger, or make no difference.
extension Simulation {
    private static let environments = ["ledger", "views/state", "views/audit", "views/kept"]
    private static let folders = ["keys", "keys/answers", "anchor", "views", "top"]

    /// Damages one row, one file or all the views of a server that was closed in order, and looks at what a start makes
    /// of it; views are then made anew, and all must be well.
    func sufferDamage() {
        let size = ledgerSize()
        guard let (done, isOfViews) = dice.pick(Damage.allCases).flatMap(harm) else { return }
        isDamaged = true
        trace.add("= damage: \(done)")
        book.use { $0.isTroubled = true }
        inspect(done)
        if isOfViews, !isRefusedAfterLie, book.use({ $0.violations.isEmpty }) { mend(done, since: size) }
    }

    private func harm(_ kind: Damage) -> (done: String, isOfViews: Bool)? {
        if !options.isBlind, dice.onceIn(3) {
            // What somebody does who can write the files: every tag of such a row fits.
            let name = Self.environments[dice.below(Self.environments.count)]
            if let done = disk.putBackRow(environment: name) { return (done, name.hasPrefix("views")) }
        }
        let place = dice.below(12)
        if options.isBlind { return disk.damage(kind, environment: "ledger").map { ($0, false) } }
        if place < 6 {
            let name = Self.environments[place % 4]
            return disk.damage(kind, environment: name).map { ($0, name.hasPrefix("views")) }
        }
        if place < 10 {
            let name = Self.folders[dice.below(Self.folders.count)]
            return disk.damage(kind, folder: name).map { ($0, name.hasPrefix("views")) }
        }
        do {
            try disk.remove("views")
            return ("vanished: views", true)
        } catch {
            book.violate("damage", "the views could not be taken away: \(error)")
            return nil
        }
    }

    private func inspect(_ done: String) {
        guard let instance = open() else { return damage.append("\(done): refused at the start") }
        stepper.step("verifier")
        guard instance.status.refusal == nil || options.isBlind else {
            end(instance, .kill)
            return damage.append("\(done): found by the verification of the start")
        }
        checkAnswers(of: instance, done)
        spawn { try? await instance.close() }
        runUntilIdle("a stop")
    }

    /// Views are derived: whatever became of them, they are made anew from the ledger, and nothing is amiss.
    ///
    /// But for what was attested meanwhile: that is what they were, and a replay rightly names it for ever.
    private func mend(_ done: String, since size: UInt64) {
        disk.endProcesses()
        lastStop = nil
        whileDamaged = size..<max(size, ledgerSize())
        do {
            _ = try Instance.rebuildViews(directory, world: clock.world)
            disk.endProcesses()
            guard let instance = open() else {
                return book.violate("I6", "after \(done): with views made anew it does not start: \(reason)")
            }
            audit(instance)
            damage.append("\(done): mended by a rebuild")
            spawn { try? await instance.close() }
            runUntilIdle("a stop")
        } catch {
            book.violate("I6", "after \(done): the views cannot be made anew: \(error)")
        }
    }

    private func checkAnswers(of instance: Instance, _ done: String) {
        do {
            var evidence = try gather(instance)
            // Where the mark of a clean stop is damaged, the start rightly believes it less.
            evidence.lastStop = nil
            if options.isBlind { evidence.problems = [] }
            if !evidence.problems.isEmpty { return damage.append("\(done): found by a verification") }
            if !evidence.differences.isEmpty { return damage.append("\(done): found by a replay") }
            let violations = Oracle.check(evidence)
            for violation in violations { book.violate(violation.invariant, "after \(done): \(violation.what)") }
            damage.append("\(done): made no difference")
        } catch {
            // What cannot be read is not answered wrongly.
            damage.append("\(done): refused when read")
        }
    }

    /// After a disk that lied: what was published is there, or the start says that it is not.
    ///
    /// What was damaged besides is found by a verification, not by a start.
    func checkAfterLie() {
        isOver = true
        guard !isDamaged else { return }
        trace.add("= after a lie")
        guard let instance = open() else {
            isRefusedAfterLie = true
            return damage.append("a lying disk: refused at the start")
        }
        do {
            let evidence = try gather(instance)
            var published = Evidence()
            published.lines = evidence.lines
            published.storedRoot = evidence.storedRoot
            published.verifier = evidence.verifier
            published.checkpoints = evidence.checkpoints
            for what in Oracle.isSigned(published) { book.violate("I4", "after a lie of the disk: \(what)") }
            damage.append("a lying disk: what was published is there")
        } catch {
            damage.append("a lying disk: refused when read")
        }
        spawn { try? await instance.close() }
        runUntilIdle("a stop")
    }
}
