import Chance
import Engine
import EventLog
import Storage
import Wire

// What a disk does behind everybody's back: it must be noticed, mended from the ledger, or make no difference.
extension Simulation {
    private static let environments = ["ledger", "views"]
    private static let folders = ["keys", "keys/answers", "anchor", "views", "top"]

    /// Damages one row or one file of a server that was closed in order, and looks at what a start makes of it.
    func sufferDamage() {
        guard let kind = dice.pick(Damage.allCases) else { return }
        let place = dice.below(10)
        let done =
            place < 6 || options.isBlind
            ? disk.damage(kind, environment: options.isBlind ? "ledger" : Self.environments[place % 2])
            : disk.damage(kind, folder: Self.folders[dice.below(Self.folders.count)])
        guard let done else { return }
        isDamaged = true
        trace.add("= damage: \(done)")
        book.use { $0.isTroubled = true }
        guard let instance = open() else { return damage.append("\(done): refused at the start") }
        stepper.step("verifier")
        guard instance.status.refusal == nil || options.isBlind else {
            end(instance, .kill)
            return damage.append("\(done): found by the verification of the start")
        }
        judge(instance, done)
        spawn { try? await instance.close() }
        settle("a stop")
    }

    private func judge(_ instance: Instance, _ done: String) {
        do {
            var evidence = try gather(instance)
            // Where the mark of a clean stop is damaged, the start rightly believes it less.
            evidence.lastStop = nil
            if options.isBlind { evidence.problems = [] }
            if !evidence.problems.isEmpty { return damage.append("\(done): found by a verification") }
            if !evidence.differences.isEmpty { return damage.append("\(done): found by a replay") }
            let violations = Oracle.judge(evidence)
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
        guard let instance = open() else { return damage.append("a lying disk: refused at the start") }
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
        settle("a stop")
    }
}
